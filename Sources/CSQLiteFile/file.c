#include "CSQLiteFile.h"

#include <stdlib.h>

/* A file of SQLite is an object whose first member points to its methods. Ours are SQLite's with one or two replaced, one
   table for each connection, and what the replacements must remember lies behind the table. */
struct tms_sqlite_file {
    sqlite3_io_methods methods;
    const sqlite3_io_methods *original;
    sqlite3_int64 limit; /* bytes that may be mapped, or that may be written before a sync */
    sqlite3_int64 done;  /* bytes in the file when it was last mapped, or written since the last sync */
};

static tms_sqlite_file *self(sqlite3_file *file) { return (tms_sqlite_file *)file->pMethods; }

static tms_sqlite_file *replace(sqlite3 *connection, sqlite3_int64 limit) {
    sqlite3_file *file = 0;
    if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return 0;
    /* From version 3 on there are xFetch and xUnfetch. */
    if (!file || !file->pMethods || file->pMethods->iVersion < 3) return 0;
    tms_sqlite_file *ours = calloc(1, sizeof *ours);
    if (!ours) return 0;
    ours->methods = *file->pMethods;
    ours->original = file->pMethods;
    ours->limit = limit;
    file->pMethods = &ours->methods;
    return ours;
}

void tms_sqlite_file_free(tms_sqlite_file *file) { free(file); }

/* Mapping */

/* A mapping that covers less is made anew only when an eighth and so much is missing: unmapping costs time for each page
   that was read. */
static const sqlite3_int64 growth_min = 4 << 20;

/* Whether the mapping is to be made anew, as it will be at the next fetch after an unmapping. */
static int is_outdated(sqlite3_file *file) {
    tms_sqlite_file *ours = self(file);
    sqlite3_int64 size = 0;
    if (ours->original->xFileSize(file, &size) != SQLITE_OK) return 1;
    if (size > ours->limit) size = ours->limit;
    if (size >= ours->done && size < ours->done + ours->done / 8 + growth_min) return 0;
    ours->done = size;
    return 1;
}

static int unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page) {
    /* No page means all of them. */
    if (!page && !is_outdated(file)) return SQLITE_OK;
    return self(file)->original->xUnfetch(file, offset, page);
}

tms_sqlite_file *tms_sqlite_file_keep_mapping(sqlite3 *connection, sqlite3_int64 bytes_max) {
    tms_sqlite_file *ours = replace(connection, bytes_max);
    if (ours) ours->methods.xUnfetch = unfetch;
    return ours;
}

/* Writing */

static int write_and_sync(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    tms_sqlite_file *ours = self(file);
    int result = ours->original->xWrite(file, bytes, count, offset);
    if (result != SQLITE_OK) return result;
    ours->done += count;
    if (ours->done < ours->limit) return SQLITE_OK;
    ours->done = 0;
    return ours->original->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

tms_sqlite_file *tms_sqlite_file_sync_every(sqlite3 *connection, sqlite3_int64 bytes) {
    tms_sqlite_file *ours = replace(connection, bytes);
    if (ours) ours->methods.xWrite = write_and_sync;
    return ours;
}
