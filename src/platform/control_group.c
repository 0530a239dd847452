/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits of control groups. A process is in one group of version 2, and in one of version 1 for each
 * controller; each level from there up to the root can have a limit, and the least counts. What the machine
 * has is limits.c's. */
#include "platform/control_group.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

/* Opens root + path. */
static FILE *open_below(const char *root, const char *path)
{
    char whole[PATH_BYTES];
    int length = snprintf(whole, sizeof whole, "%s%s", root, path);
    return length > 0 && (size_t)length < sizeof whole ? fopen(whole, "re") : NULL;
}

/* Whether a list "cpu,cpuacct" has the item "cpu". */
static bool has_item(const char *list, const char *item)
{
    size_t length = strlen(item);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, item, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* The path of the process's group, from /proc/self/cgroup: lines "4:memory:/a/b", and "0::/a/b" for
 * version 2. */
static bool find_group(const char *root, const char *controller, char path[PATH_BYTES])
{
    FILE *file = open_below(root, "/proc/self/cgroup");
    if (file == NULL)
        return false;
    char line[PATH_BYTES];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (group == NULL)
            continue;
        *group = '\0';
        controllers++;
        found = controller == NULL ? *controllers == '\0' : has_item(controllers, controller);
        if (found)
            snprintf(path, PATH_BYTES, "%s", group + 1);
    }
    fclose(file);
    return found;
}

/* mountinfo writes space, tab, newline and backslash in octal. */
static void decode_octal(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' &&
            from[3] >= '0' && from[3] <= '7') {
            *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

struct mount {
    char top[PATH_BYTES];    /* the group that is mounted */
    char folder[PATH_BYTES]; /* where */
};

/* One line of mountinfo: "31 30 0:27 TOP FOLDER rw,nosuid ... - TYPE SOURCE OPTIONS". */
static bool parse_mount(char *line, const char *controller, struct mount *mount)
{
    char *rest = NULL;
    char *fields[5];
    for (int i = 0; i < 5; i++)
        if ((fields[i] = strtok_r(i == 0 ? line : NULL, " \n", &rest)) == NULL)
            return false;
    char *word = strtok_r(NULL, " \n", &rest);
    while (word != NULL && strcmp(word, "-") != 0)
        word = strtok_r(NULL, " \n", &rest);
    const char *type = strtok_r(NULL, " \n", &rest);
    const char *source = strtok_r(NULL, " \n", &rest);
    const char *options = strtok_r(NULL, " \n", &rest);
    if (type == NULL || source == NULL || strcmp(type, controller == NULL ? "cgroup2" : "cgroup") != 0)
        return false;
    if (controller != NULL && (options == NULL || !has_item(options, controller)))
        return false;
    decode_octal(fields[3]);
    decode_octal(fields[4]);
    snprintf(mount->top, sizeof mount->top, "%s", fields[3]);
    snprintf(mount->folder, sizeof mount->folder, "%s", fields[4]);
    return true;
}

static bool find_mount(const char *root, const char *controller, struct mount *mount)
{
    FILE *file = open_below(root, "/proc/self/mountinfo");
    if (file == NULL)
        return false;
    char *line = NULL;
    size_t capacity = 0;
    bool found = false;
    while (!found && getline(&line, &capacity, file) >= 0)
        found = parse_mount(line, controller, mount);
    free(line);
    fclose(file);
    return found;
}

/* The folder of the process's group, such as /sys/fs/cgroup/memory/a/b, and how much of it is the mount
 * itself. In a container the group's path can lie outside of what is mounted there: then the mount is all
 * there is to see. */
static bool find_folder(const char *root, const char *controller, char folder[PATH_BYTES],
                        size_t *mount_length)
{
    char group[PATH_BYTES];
    struct mount mount;
    if (!find_group(root, controller, group) || !find_mount(root, controller, &mount))
        return false;
    size_t top = strcmp(mount.top, "/") == 0 ? 0 : strlen(mount.top);
    bool below = strncmp(group, mount.top, top) == 0 && (group[top] == '/' || group[top] == '\0') &&
                 strstr(group, "/..") == NULL;
    int length = snprintf(folder, PATH_BYTES, "%s%s", mount.folder, below ? group + top : "");
    *mount_length = strlen(mount.folder);
    return length > 0 && length < PATH_BYTES;
}

static bool read_line(const char *root, const char *folder, const char *name, char *line, size_t size)
{
    char path[PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = length > 0 && (size_t)length < sizeof path ? open_below(root, path) : NULL;
    if (file == NULL)
        return false;
    bool read = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return read;
}

/* Calls `look` for the group's folder and each above it, up to the mount. */
static void each_level(const char *root, const char *controller,
                       void (*look)(const char *root, const char *folder, void *user), void *user)
{
    char folder[PATH_BYTES];
    size_t mount_length;
    if (!find_folder(root, controller, folder, &mount_length))
        return;
    for (;;) {
        look(root, folder, user);
        char *slash = strrchr(folder, '/');
        if (slash == NULL || (size_t)(slash - folder) < mount_length)
            return;
        *slash = '\0';
    }
}

/* ---- Memory ---- */

/* "max" and version 1's 2^63 less a page mean: none. */
static void lower_to_file(const char *root, const char *folder, const char *name, size_t *limit)
{
    char line[64];
    char *end;
    if (!read_line(root, folder, name, line, sizeof line))
        return;
    unsigned long long bytes = strtoull(line, &end, 10);
    if (end != line && bytes < INT64_MAX / 2 && bytes < *limit)
        *limit = (size_t)bytes;
}

static void lower_memory_v1(const char *root, const char *folder, void *limit)
{
    lower_to_file(root, folder, "memory.limit_in_bytes", limit);
}

/* Above memory.high a process is slowed down until it is of no use: that is its limit as well. */
static void lower_memory_v2(const char *root, const char *folder, void *limit)
{
    lower_to_file(root, folder, "memory.max", limit);
    lower_to_file(root, folder, "memory.high", limit);
}

size_t fa__group_memory_limit(const char *root)
{
    size_t limit = SIZE_MAX;
    each_level(root, "memory", lower_memory_v1, &limit);
    each_level(root, NULL, lower_memory_v2, &limit);
    return limit;
}

/* ---- Processors ---- */

static void lower_to_quota(double quota, double period, double *processors)
{
    if (quota > 0 && period > 0 && (*processors == 0 || quota / period < *processors))
        *processors = quota / period;
}

static void lower_processors_v1(const char *root, const char *folder, void *processors)
{
    char quota[64], period[64];
    if (read_line(root, folder, "cpu.cfs_quota_us", quota, sizeof quota) &&
        read_line(root, folder, "cpu.cfs_period_us", period, sizeof period))
        lower_to_quota(strtod(quota, NULL), strtod(period, NULL), processors);
}

/* "max 100000" or "150000 100000". */
static void lower_processors_v2(const char *root, const char *folder, void *processors)
{
    char line[128];
    char *rest;
    if (!read_line(root, folder, "cpu.max", line, sizeof line))
        return;
    double quota = strtod(line, &rest);
    if (rest != line)
        lower_to_quota(quota, strtod(rest, NULL), processors);
}

double fa__group_processors(const char *root)
{
    double processors = 0;
    each_level(root, "cpu", lower_processors_v1, &processors);
    each_level(root, NULL, lower_processors_v2, &processors);
    return processors;
}
