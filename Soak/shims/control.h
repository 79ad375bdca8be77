/* One 64-bit number in a file that the soak run writes and the shim reads, through memory: a look costs nothing. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const volatile int64_t *control;

/* Called before main. A shim without its control file would test nothing, so that ends the program. */
static void open_control(const char *variable) {
    const char *path = getenv(variable);
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) {
        fprintf(stderr, "shim: %s does not name a control file\n", variable);
        _exit(70);
    }
    close(file);
    control = page;
}
