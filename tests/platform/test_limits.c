/* SPDX-License-Identifier: BSD-3-Clause */
/* Control groups of both versions, as files that look like the system's and, where we may, as real groups;
 * what the machine has. */
#include "platform/folder.h"

#include "platform/control_group.h"
#include "platform/platform.h"

#include <sched.h>

/* Writes a file below the folder, with the folders that lead to it. */
static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    for (char *slash = whole + strlen(folder) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(whole, 0700);
        *slash = '/';
    }
    FILE *file = fopen(whole, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void clear(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    assert_int_equal(system(command), 0);
}

static void without_groups_there_is_no_limit(void **state)
{
    (void)state;
    assert_true(fa__group_memory_limit(folder) == SIZE_MAX);
    assert_true(fa__group_processors(folder) == 0);
    put("proc/self/cgroup", "garbage\n\n:\n0\n0:\n");
    put("proc/self/mountinfo", "garbage\n\n1 2 3\n31 30 0:27 / /sys rw -\n");
    assert_true(fa__group_memory_limit(folder) == SIZE_MAX);
    put("proc/self/cgroup", "0::/a\n");
    put("proc/self/mountinfo", "41 31 0:37 / /cg rw,relatime - cgroup2 cgroup2 rw\n");
    put("cg/a/memory.max", "max\n");
    put("cg/a/memory.high", "");
    put("cg/a/cpu.max", "max 100000\n");
    assert_true(fa__group_memory_limit(folder) == SIZE_MAX);
    assert_true(fa__group_processors(folder) == 0);
    clear();
}

static void the_least_limit_on_the_way_up_counts(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/slice/unit/leaf\n");
    put("proc/self/mountinfo",
        "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
        "41 31 0:37 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
    put("sys/fs/cgroup/slice/unit/leaf/memory.max", "1000000\n");
    put("sys/fs/cgroup/slice/unit/leaf/cpu.max", "250000 100000\n");
    assert_int_equal(fa__group_memory_limit(folder), 1000000);
    assert_true(fa__group_processors(folder) == 2.5);
    put("sys/fs/cgroup/slice/memory.max", "500000\n");
    put("sys/fs/cgroup/slice/cpu.max", "50000 100000\n");
    assert_int_equal(fa__group_memory_limit(folder), 500000);
    assert_true(fa__group_processors(folder) == 0.5);
    put("sys/fs/cgroup/slice/unit/memory.high", "400000\n");
    assert_int_equal(fa__group_memory_limit(folder), 400000);
    put("sys/fs/cgroup/memory.max", "300000\n"); /* the top that a container sees */
    assert_int_equal(fa__group_memory_limit(folder), 300000);
    put("sys/fs/memory.max", "1\n"); /* above the mount: somebody else's file */
    assert_int_equal(fa__group_memory_limit(folder), 300000);
    clear();
}

static void version_1_has_a_group_for_each_controller(void **state)
{
    (void)state;
    put("proc/self/cgroup", "9:name=systemd:/s\n4:memory:/m/n\n2:cpu,cpuacct:/c\n0::/\n");
    put("proc/self/mountinfo", "32 31 0:29 / /cg/cpu\\040time rw - cgroup cgroup rw,cpu,cpuacct\n"
                               "33 31 0:30 / /cg/memory rw - cgroup cgroup rw,memory\n"
                               "34 31 0:31 / /cg/unified rw - cgroup2 cgroup2 rw\n");
    put("cg/memory/m/n/memory.limit_in_bytes", "9223372036854771712\n");
    assert_true(fa__group_memory_limit(folder) == SIZE_MAX);
    put("cg/memory/m/memory.limit_in_bytes", "268435456\n");
    assert_int_equal(fa__group_memory_limit(folder), 268435456);
    put("cg/unified/memory.max", "1000\n"); /* both versions at once: the lesser */
    assert_int_equal(fa__group_memory_limit(folder), 1000);
    put("cg/cpu time/c/cpu.cfs_quota_us", "-1\n");
    put("cg/cpu time/c/cpu.cfs_period_us", "100000\n");
    assert_true(fa__group_processors(folder) == 0);
    put("cg/cpu time/c/cpu.cfs_quota_us", "150000\n");
    assert_true(fa__group_processors(folder) == 1.5);
    put("cg/cpu time/c/cpu.cfs_period_us", "0\n");
    assert_true(fa__group_processors(folder) == 0);
    clear();
}

/* Without a namespace of its own a container sees the host's names for groups, and mounts its own group as
 * the top. */
static void containers_see_their_group_as_the_top(void **state)
{
    (void)state;
    put("proc/self/cgroup", "4:memory:/docker/abc/inner\n");
    put("proc/self/mountinfo", "33 31 0:30 /docker/abc /cg/memory ro - cgroup cgroup rw,memory\n");
    put("cg/memory/memory.limit_in_bytes", "2000\n");
    put("cg/memory/inner/memory.limit_in_bytes", "3000\n");
    assert_int_equal(fa__group_memory_limit(folder), 2000);
    put("cg/memory/inner/memory.limit_in_bytes", "1000\n");
    assert_int_equal(fa__group_memory_limit(folder), 1000);
    put("proc/self/cgroup", "4:memory:/docker/abcdef\n"); /* begins alike, and lies elsewhere */
    assert_int_equal(fa__group_memory_limit(folder), 2000);
    put("proc/self/cgroup", "4:memory:/../other\n");
    assert_int_equal(fa__group_memory_limit(folder), 2000);
    clear();
}

static int ask_in_a_group(void *argument)
{
    const char *group = argument;
    char path[256];
    snprintf(path, sizeof path, "%s/cgroup.procs", group);
    FILE *file = fopen(path, "we");
    if (file == NULL || fprintf(file, "%d\n", (int)getpid()) < 0 || fclose(file) != 0)
        return 1;
    return fa__memory_total() == (size_t)100 << 20 ? 0 : 2;
}

static void a_real_group_limits_the_total(void **state)
{
    (void)state;
    static const struct {
        const char *parent, *limit;
    } versions[] = {{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, {"/sys/fs/cgroup", "memory.max"}};
    for (int i = 0; i < 2; i++) {
        char group[128], path[256];
        snprintf(group, sizeof group, "%s/farray-test-%d", versions[i].parent, (int)getpid());
        snprintf(path, sizeof path, "%s/%s", group, versions[i].limit);
        FILE *file = mkdir(group, 0755) == 0 ? fopen(path, "r+e") : NULL;
        int status = -1;
        if (file != NULL && fputs("104857600", file) >= 0 && fclose(file) == 0)
            status = in_child(ask_in_a_group, group);
        rmdir(group);
        if (status >= 0) {
            assert_int_equal(status, 0);
            return;
        }
    }
    print_message("skipped: no control group may be made\n");
    skip();
}

static void the_machine_has_memory_processors_and_caches(void **state)
{
    (void)state;
    size_t total = fa__memory_total(), resident = fa__memory_resident();
    assert_true(resident > 100000);
    assert_true(total > resident);
    assert_true(fa__page_size() >= 4096 && (fa__page_size() & (fa__page_size() - 1)) == 0);
    assert_in_range(fa__cache_bytes(1), 8 << 10, 1 << 20);
    assert_true(fa__cache_bytes(2) >= fa__cache_bytes(1));
    assert_true(fa__cache_bytes(3) >= 1 << 20);
    assert_int_equal(fa__cache_bytes(0), 0);
    assert_int_equal(fa__cache_bytes(4), 0);
}

static void touched_memory_is_resident(void **state)
{
    (void)state;
    const size_t bytes = (size_t)64 << 20;
    fa_error err = {0};
    size_t before = fa__memory_resident();
    char *pages = fa__pages_alloc(bytes, true, &err);
    memset(pages, 1, bytes);
    size_t touched = fa__memory_resident(); /* with a sanitizer's shadow, which stays */
    assert_true(touched >= before + bytes / 10 * 9);
    fa__pages_discard(pages, bytes);
    assert_true(fa__memory_resident() <= touched - bytes / 10 * 9);
    fa__pages_free(pages, bytes);
}

static int count_on_one_processor(void *argument)
{
    (void)argument;
    cpu_set_t all, one;
    CPU_ZERO(&one);
    sched_getaffinity(0, sizeof all, &all);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        return 1;
    return fa__processors() == 1 ? 0 : 2;
}

static void affinity_limits_the_processors(void **state)
{
    (void)state;
    assert_in_range(fa__processors(), 1, sysconf(_SC_NPROCESSORS_CONF));
    assert_int_equal(in_child(count_on_one_processor, NULL), 0);
}

static void entropy_differs(void **state)
{
    (void)state;
    static unsigned char a[100000], b[100000];
    fa_error err = {0};
    assert_true(fa__entropy(a, sizeof a, &err));
    assert_true(fa__entropy(b, sizeof b, &err));
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + sizeof a - 32, b + sizeof b - 32, 32);
    assert_true(fa__entropy(a, 0, &err));
}

/* The kernel's own list of what the processor has. */
static void the_instruction_set_is_what_the_kernel_says(void **state)
{
    (void)state;
#if defined(__x86_64__)
    static const char *const of_v3[] = {" avx2 ", " bmi1 ", " bmi2 ", " f16c ", " fma ", " abm ", " movbe "};
    static const char *const of_v4[] = {" avx512f ", " avx512bw ", " avx512cd ", " avx512dq ", " avx512vl "};
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (file == NULL)
        skip();
    static char line[16384];
    while (fgets(line, sizeof line, file) != NULL && strncmp(line, "flags", 5) != 0)
        continue;
    fclose(file);
    line[strcspn(line, "\n")] = ' ';
    fa__isa isa = FA__ISA_X86_64_V4;
    for (size_t i = 0; i < sizeof of_v4 / sizeof *of_v4; i++)
        if (strstr(line, of_v4[i]) == NULL)
            isa = FA__ISA_X86_64_V3;
    for (size_t i = 0; i < sizeof of_v3 / sizeof *of_v3; i++)
        if (strstr(line, of_v3[i]) == NULL)
            isa = FA__ISA_NONE;
    assert_int_equal(fa__processor_isa(), isa);
#elif defined(__aarch64__)
    assert_int_equal(fa__processor_isa(), FA__ISA_AARCH64);
#endif
}

static int clear_and_remove_folder(void **state)
{
    clear();
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_groups_there_is_no_limit),
        cmocka_unit_test(the_least_limit_on_the_way_up_counts),
        cmocka_unit_test(version_1_has_a_group_for_each_controller),
        cmocka_unit_test(containers_see_their_group_as_the_top),
        cmocka_unit_test(a_real_group_limits_the_total),
        cmocka_unit_test(the_machine_has_memory_processors_and_caches),
        cmocka_unit_test(touched_memory_is_resident),
        cmocka_unit_test(affinity_limits_the_processors),
        cmocka_unit_test(entropy_differs),
        cmocka_unit_test(the_instruction_set_is_what_the_kernel_says),
    };
    return cmocka_run_group_tests(tests, make_folder, clear_and_remove_folder);
}
