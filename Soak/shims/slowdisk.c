/* A disk that is slow, or hangs: fsync and fdatasync take as many milliseconds longer as the file named by
 * TMS_SOAK_DISK says. A wait ends early when the number is made smaller, so a hang of unknown length is a large number,
 * then 0. */
#include <sys/syscall.h>
#include <time.h>

#include "control.h"

__attribute__((constructor)) static void start(void) { open_control("TMS_SOAK_DISK"); }

static int64_t monotonic_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void wait_for_disk(void) {
    const struct timespec step = {0, 2000000};
    int64_t began = monotonic_milliseconds();
    while (monotonic_milliseconds() - began < *control) nanosleep(&step, NULL);
}

int fsync(int file) {
    wait_for_disk();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    wait_for_disk();
    return (int)syscall(SYS_fdatasync, file);
}
