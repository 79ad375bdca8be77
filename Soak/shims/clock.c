/* A wall clock that can be stepped: it is as many seconds ahead as the file named by TMS_SOAK_CLOCK says, or behind for
 * a negative number. The monotonic clock goes on undisturbed, as it does when a real clock is set. */
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "control.h"

__attribute__((constructor)) static void start(void) { open_control("TMS_SOAK_CLOCK"); }

int clock_gettime(clockid_t id, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, id, now);
    /* Other constructors may ask for the time before ours has run. */
    if (result == 0 && control && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec += *control;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (result) *result = precise.tv_sec;
    return precise.tv_sec;
}
