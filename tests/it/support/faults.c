/* Makes the disk fail: the n-th operation that writes below a directory, and those after it, end with an error.
 *
 * Preloaded into the program (LD_PRELOAD), told by its environment:
 *   FAULT_UNDER   the directory; what lies in its logs/ is left alone
 *   FAULT_AT      which operation fails first, counted from 1
 *   FAULT_ERROR   with which errno
 *   FAULT_WHILE   a file: operations fail as long as it exists; without one, a single operation fails
 *   FAULT_MET     a file that is made when the first one fails
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long operations;
static atomic_int half_done;

static int lies_below(const char *path) {
    const char *under = getenv("FAULT_UNDER");
    if (under == NULL || path == NULL) return 0;
    size_t length = strlen(under);
    return strncmp(path, under, length) == 0 && strncmp(path + length, "/logs", 5) != 0;
}

/* Whether this operation fails; errno is set then. */
static int fails(const char *path) {
    if (!lies_below(path)) return 0;
    long at = atol(getenv("FAULT_AT"));
    long operation = atomic_fetch_add(&operations, 1) + 1;
    const char *while_exists = getenv("FAULT_WHILE");
    int now = while_exists ? operation >= at && syscall(SYS_access, while_exists, F_OK) == 0
                           : operation == at;
    if (!now) return 0;
    long mark = syscall(SYS_openat, AT_FDCWD, getenv("FAULT_MET"), O_CREAT | O_WRONLY, 0600);
    if (mark >= 0) syscall(SYS_close, mark);
    errno = atoi(getenv("FAULT_ERROR"));
    return 1;
}

static int fails_open(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A disk that fills up takes part of a write before it refuses the rest. */
static int takes_part(size_t length) {
    return errno == ENOSPC && getenv("FAULT_WHILE") && length > 1 && !atomic_exchange(&half_done, 1);
}

ssize_t write(int file, const void *bytes, size_t length) {
    if (!fails_open(file)) return REAL(write)(file, bytes, length);
    return takes_part(length) ? REAL(write)(file, bytes, length / 2) : -1;
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    if (!fails_open(file)) return REAL(pwrite64)(file, bytes, length, at);
    return takes_part(length) ? REAL(pwrite64)(file, bytes, length / 2, at) : -1;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    return fails_open(file) ? -1 : REAL(writev)(file, parts, count);
}

int fsync(int file) { return fails_open(file) ? -1 : REAL(fsync)(file); }

int ftruncate64(int file, off64_t length) { return fails_open(file) ? -1 : REAL(ftruncate64)(file, length); }

int rename(const char *from, const char *to) { return fails(to) ? -1 : REAL(rename)(from, to); }

int mkdir(const char *path, mode_t mode) { return fails(path) ? -1 : REAL(mkdir)(path, mode); }

int unlink(const char *path) { return fails(path) ? -1 : REAL(unlink)(path); }

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
    return fails(to) ? -1 : REAL(linkat)(from_directory, from, to_directory, to, flags);
}

static int writes(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT); }

#define MODE(mode, flags)                                                                          \
    mode_t mode = 0;                                                                               \
    if ((flags) & O_CREAT) {                                                                       \
        va_list more;                                                                              \
        va_start(more, flags);                                                                     \
        mode = va_arg(more, mode_t);                                                               \
        va_end(more);                                                                              \
    }

int open(const char *path, int flags, ...) {
    MODE(mode, flags)
    return writes(flags) && fails(path) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(mode, flags)
    return writes(flags) && fails(path) ? -1 : REAL(open64)(path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
    MODE(mode, flags)
    return writes(flags) && fails(path) ? -1 : REAL(openat64)(directory, path, flags, mode);
}
