/* SPDX-License-Identifier: BSD-3-Clause */
/* What the machine has and the process may use of it: memory, processors, caches; and entropy. How much of it
 * farray takes is the engine's to know. */
#include "platform/platform.h"

#include "platform/control_group.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

size_t fa__memory_total(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    size_t machine = pages > 0 ? (size_t)pages * fa__page_size() : SIZE_MAX;
    size_t group = fa__group_memory_limit("");
    return group < machine ? group : machine;
}

size_t fa__memory_available(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    unsigned long long kibibytes = 0;
    char line[128];
    while (file != NULL && fgets(line, sizeof line, file) != NULL &&
           sscanf(line, "MemAvailable: %llu", &kibibytes) != 1)
        ;
    if (file != NULL)
        fclose(file);
    size_t machine = (size_t)kibibytes << 10, group = fa__group_memory_limit("");
    return group < machine ? group : machine;
}

/* Pages of the process: all, and those in memory. */
static bool count_pages(unsigned long long *all, unsigned long long *resident)
{
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return false;
    int read = fscanf(file, "%llu %llu", all, resident);
    fclose(file);
    return read == 2;
}

size_t fa__memory_resident(void)
{
    unsigned long long all, resident;
    return count_pages(&all, &resident) ? (size_t)resident * fa__page_size() : 0;
}

size_t fa__address_space_left(void)
{
    struct rlimit limit;
    unsigned long long all, resident;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || !count_pages(&all, &resident))
        return SIZE_MAX;
    const size_t used = (size_t)all * fa__page_size();
    return limit.rlim_cur > used ? (size_t)limit.rlim_cur - used : 0;
}

/* The set has as many bits as the kernel was built for, which it only tells by refusing a smaller one. */
static int processors_by_affinity(void)
{
    for (int bits = CPU_SETSIZE; bits <= 1 << 20; bits *= 2) {
        cpu_set_t *set = CPU_ALLOC(bits);
        if (set == NULL)
            break;
        size_t bytes = CPU_ALLOC_SIZE(bits);
        int failed = sched_getaffinity(0, bytes, set) == 0 ? 0 : errno;
        int count = failed == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (failed != EINVAL)
            return count;
    }
    return 0;
}

int fa__processors(void)
{
    int count = processors_by_affinity();
    if (count < 1)
        count = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        count = 1;
    double quota = fa__group_processors("");
    if (quota <= 0 || quota >= count)
        return count;
    int whole = (int)quota;
    return whole + (quota > whole); /* half a processor is a processor that is slow */
}

static bool read_word(const char *folder, const char *name, char *word, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    bool read = fgets(word, (int)size, file) != NULL;
    fclose(file);
    return read;
}

/* From /sys, where glibc does not know (aarch64): "48K". */
static size_t cache_bytes_from_files(int level)
{
    for (int index = 0; index < 8; index++) {
        char folder[64], text[32];
        snprintf(folder, sizeof folder, "/sys/devices/system/cpu/cpu0/cache/index%d", index);
        if (!read_word(folder, "level", text, sizeof text))
            return 0;
        if (strtol(text, NULL, 10) != level)
            continue;
        if (!read_word(folder, "type", text, sizeof text) || strncmp(text, "Instruction", 11) == 0)
            continue;
        if (!read_word(folder, "size", text, sizeof text))
            return 0;
        char *unit;
        size_t bytes = strtoul(text, &unit, 10);
        return *unit == 'K' ? bytes << 10 : *unit == 'M' ? bytes << 20 : bytes;
    }
    return 0;
}

/* Asked once: where the processor is virtual, the question costs microseconds. */
static size_t ask_cache_bytes(int level)
{
    static const int names[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    static const size_t guesses[] = {(size_t)32 << 10, (size_t)512 << 10, (size_t)8 << 20};
    long asked = sysconf(names[level - 1]);
    size_t bytes = asked > 0 ? (size_t)asked : 0, from_files = cache_bytes_from_files(level);
    /* On virtual machines the C library may count the third-level caches of all cores of the processor. */
    if (bytes == 0 || (from_files > 0 && from_files < bytes))
        bytes = from_files;
    return bytes > 0 ? bytes : guesses[level - 1];
}

size_t fa__cache_bytes(int level)
{
    static atomic_size_t known[3];
    if (level < 1 || level > 3)
        return 0;
    size_t bytes = atomic_load_explicit(&known[level - 1], memory_order_relaxed);
    if (bytes == 0) {
        bytes = ask_cache_bytes(level);
        atomic_store_explicit(&known[level - 1], bytes, memory_order_relaxed);
    }
    return bytes;
}

bool fa__entropy(void *bytes, size_t size, fa_error *err)
{
    if (fa_failed(err))
        return false;
    for (size_t done = 0; done < size;) {
        ssize_t got = getrandom((char *)bytes + done, size - done, 0);
        if (got > 0)
            done += (size_t)got;
        else if (errno != EINTR)
            return fa__fail_system(err, errno, "the system gives no random bytes");
    }
    return true;
}
