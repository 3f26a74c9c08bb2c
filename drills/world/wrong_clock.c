/* Preloaded, the wall clock is CLOCK_OFF seconds from the machine's; where CLOCK_SIGN names
   a file, it jumps there when that appears. The clocks by which programs wait stay right: no wall
   clock that jumps changes those (libfaketime breaks Python's waiting). */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long off(void) {
    const char *told = getenv("CLOCK_OFF"), *sign = getenv("CLOCK_SIGN");
    return told && (!sign || access(sign, F_OK) == 0) ? atol(told) : 0;
}

int clock_gettime(clockid_t which, struct timespec *at) {
    int result = (int)syscall(SYS_clock_gettime, which, at);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        at->tv_sec += off();
    return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}
