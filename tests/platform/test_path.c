/* SPDX-License-Identifier: BSD-3-Clause */
/* Names: renaming, removing, listing, permissions, folders. */
#include "platform/folder.h"

#include "base/memory.h"
#include "platform/platform.h"

#include <errno.h>

static void put(const char *name, const char *text, mode_t mode)
{
    int descriptor = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(descriptor, mode), 0);
    close(descriptor);
}

static void assert_holds(const char *name, const char *text)
{
    char bytes[64] = "";
    int descriptor = open(in_folder(name), O_RDONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    assert_true(read(descriptor, bytes, sizeof bytes - 1) >= 0);
    close(descriptor);
    assert_string_equal(bytes, text);
}

static void renaming_replaces(void **state)
{
    (void)state;
    fa_error err = {0};
    put("new", "new", 0600);
    put("old", "old", 0600);
    assert_true(fa__path_rename(in_folder("new"), in_folder("old"), &err));
    assert_holds("old", "new");
    assert_false(fa__path_exists(in_folder("new")));
    assert_false(fa__path_rename(in_folder("new"), in_folder("old"), &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    assert_holds("old", "new");
    assert_false(fa__path_rename(in_folder("old"), in_folder("other"), &err)); /* sticky */
    assert_true(fa__path_exists(in_folder("old")));
}

static void renaming_to_a_taken_name_can_be_declined(void **state)
{
    (void)state;
    fa_error err = {0};
    put("mine", "mine", 0600);
    put("taken", "taken", 0600);
    assert_false(fa__path_rename_new(in_folder("mine"), in_folder("taken"), &err));
    assert_int_equal(err.code, FA_BUSY);
    assert_int_equal(err.system_errno, EEXIST);
    assert_holds("taken", "taken");
    assert_holds("mine", "mine");
    fa_error_clear(&err);
    assert_true(fa__path_rename_new(in_folder("mine"), in_folder("free"), &err));
    assert_holds("free", "mine");
    assert_false(fa__path_exists(in_folder("mine")));
}

static void removing_says_what_is_missing(void **state)
{
    (void)state;
    fa_error err = {0};
    put("gone", "", 0600);
    assert_true(fa__path_remove(in_folder("gone"), &err));
    assert_false(fa__path_remove(in_folder("gone"), &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
}

static void a_link_to_nowhere_takes_its_name(void **state)
{
    (void)state;
    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    assert_true(fa__path_exists(in_folder("dangling")));
    assert_false(fa__path_exists(in_folder("nowhere")));
}

static void assert_leads_to(const char *name, const char *target)
{
    fa_error err = {0};
    char *followed = fa__path_follow(in_folder(name), &err);
    assert_non_null(followed);
    assert_string_equal(followed, in_folder(target));
    fa__free(followed);
}

static void links_are_followed_to_their_end(void **state)
{
    (void)state;
    put("end", "", 0600);
    assert_int_equal(symlink("end", in_folder("relative")), 0);
    assert_int_equal(symlink(in_folder("relative"), in_folder("absolute")), 0);
    assert_int_equal(symlink("not yet", in_folder("early")), 0);
    assert_leads_to("end", "end");
    assert_leads_to("relative", "end");
    assert_leads_to("absolute", "end");
    assert_leads_to("early", "not yet");
    assert_leads_to("no link", "no link");
    assert_int_equal(symlink("two", in_folder("one")), 0);
    assert_int_equal(symlink("one", in_folder("two")), 0);
    fa_error err = {0};
    assert_null(fa__path_follow(in_folder("one"), &err));
    assert_int_equal(err.system_errno, ELOOP);
    assert_null(fa__path_follow(in_folder("end"), &err)); /* sticky */
}

static void a_file_can_be_called_something_else(void **state)
{
    (void)state;
    fa_error err = {0};
    put("temporary", "x", 0600);
    fa__file *file = fa__file_open(in_folder("temporary"), FA__OPEN_READ, &err);
    assert_true(fa__file_set_path(file, "final", &err));
    assert_string_equal(fa__file_path(file), "final");
    char bytes[2];
    assert_false(fa__file_read(file, 0, bytes, 2, &err));
    assert_string_equal(err.message, "final: file ends at byte 1, needed up to 2");
    assert_false(fa__file_set_path(file, "other", &err)); /* sticky */
    fa__file_close(file, NULL);
}

struct names {
    int count, most;
    bool seen_a, seen_b, seen_dots;
};

static bool note(const char *name, void *user)
{
    struct names *names = user;
    names->count++;
    names->seen_a |= strcmp(name, "sibling.a") == 0;
    names->seen_b |= strcmp(name, "sibling.b") == 0;
    names->seen_dots |= strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    return names->count < names->most;
}

static void siblings_are_listed_until_told_to_stop(void **state)
{
    (void)state;
    fa_error err = {0};
    put("sibling.a", "", 0600);
    put("sibling.b", "", 0600);
    struct names names = {.most = 1000};
    assert_true(fa__path_each_sibling(in_folder("absent"), note, &names, &err));
    assert_true(names.seen_a && names.seen_b && !names.seen_dots);
    assert_int_equal(names.count, count_names());
    struct names one = {.most = 1};
    assert_true(fa__path_each_sibling(in_folder("absent"), note, &one, &err));
    assert_int_equal(one.count, 1);
    assert_false(fa__path_each_sibling(in_folder("no/folder"), note, &one, &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    assert_int_equal(one.count, 1);
}

static void folders_of_all_kinds_of_paths_are_flushed(void **state)
{
    (void)state;
    static const char *const paths[] = {"here", "./here", "/here", "//here", ".//here"};
    char before[1024];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    put("here", "", 0600);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        fa_error err = {0};
        assert_true(fa__path_sync_folder(paths[i], &err));
        struct names names = {.most = 1000};
        assert_true(fa__path_each_sibling(paths[i], note, &names, &err));
        assert_int_equal(names.seen_a, paths[i][0] != '/');
    }
    assert_int_equal(chdir(before), 0);
    fa_error err = {0};
    assert_false(fa__path_sync_folder(in_folder("no/folder"), &err));
    assert_int_equal(err.code, FA_NOT_FOUND);
    assert_non_null(strstr(err.message, "/no: cannot be opened to be flushed"));
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    assert_int_equal(stat(in_folder(name), &status), 0);
    return status.st_mode & 07777;
}

static void a_replacement_has_the_old_files_permissions(void **state)
{
    (void)state;
    static const mode_t modes[] = {0600, 0640, 0444, 0755, 04755, 0};
    fa_error err = {0};
    mode_t before = umask(027);
    fa__file *file = fa__file_open(in_folder("replacement"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    umask(before);
    assert_int_equal(mode_of("replacement"), 0640);
    assert_true(fa__file_copy_mode(file, in_folder("nothing"), &err));
    assert_int_equal(mode_of("replacement"), 0640);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        put("original", "", modes[i]);
        assert_true(fa__file_copy_mode(file, in_folder("original"), &err));
        assert_int_equal(mode_of("replacement"), modes[i] & 0777);
        unlink(in_folder("original"));
    }
    fa__file_close(file, NULL);
}

static int replace_with_a_foreign_group(void *argument)
{
    (void)argument;
    if (setresuid(65534, 65534, 65534) != 0)
        return 1;
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("open/new"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    if (!fa__file_copy_mode(file, in_folder("open/old"), &err))
        return 2;
    fa__file_close(file, &err);
    return fa_failed(&err) ? 3 : 0;
}

/* The old file's group may read it; the new one's, another, gets no more than everybody. */
static void a_group_that_cannot_be_kept_gets_nothing_more(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: only root can make a file of another group\n");
        skip();
    }
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(mkdir(in_folder("open"), 0777), 0);
    assert_int_equal(chmod(in_folder("open"), 0777), 0);
    put("open/old", "", 0664);
    assert_int_equal(chown(in_folder("open/old"), 0, 12345), 0);
    assert_int_equal(in_child(replace_with_a_foreign_group, NULL), 0);
    assert_int_equal(mode_of("open/new"), 0644);

    unlink(in_folder("open/new"));
    fa_error err = {0};
    fa__file *file = fa__file_open(in_folder("open/new"), FA__OPEN_WRITE | FA__OPEN_CREATE, &err);
    assert_true(fa__file_copy_mode(file, in_folder("open/old"), &err)); /* root may keep the group */
    struct stat status;
    assert_int_equal(stat(in_folder("open/new"), &status), 0);
    assert_int_equal(status.st_gid, 12345);
    assert_int_equal(mode_of("open/new"), 0664);
    fa__file_close(file, NULL);
    unlink(in_folder("open/new"));
    unlink(in_folder("open/old"));
}

static void folders_in_memory_are_known(void **state)
{
    (void)state;
    assert_false(fa__path_is_memory(in_folder("none")));
    assert_false(fa__path_is_memory("/proc"));
    if (!mount_small("memory", "64k"))
        skip();
    assert_true(fa__path_is_memory(in_folder("memory")));
    unmount_small("memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renaming_replaces),
        cmocka_unit_test(renaming_to_a_taken_name_can_be_declined),
        cmocka_unit_test(removing_says_what_is_missing),
        cmocka_unit_test(a_link_to_nowhere_takes_its_name),
        cmocka_unit_test(links_are_followed_to_their_end),
        cmocka_unit_test(a_file_can_be_called_something_else),
        cmocka_unit_test(siblings_are_listed_until_told_to_stop),
        cmocka_unit_test(folders_of_all_kinds_of_paths_are_flushed),
        cmocka_unit_test(a_replacement_has_the_old_files_permissions),
        cmocka_unit_test(a_group_that_cannot_be_kept_gets_nothing_more),
        cmocka_unit_test(folders_in_memory_are_known),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
