#ifndef TMS_SQLITE_FILE_H
#define TMS_SQLITE_FILE_H

#include <sqlite3.h>

/* How a connection reads and writes its database file, where SQLite's own way costs too much
   (docs/decisions/0009). */
typedef struct tms_sqlite_file tms_sqlite_file;

/* Keeps the file's memory mapping, of at most `bytes_max` from its beginning, over commits.

   SQLite unmaps the whole file whenever somebody has committed, lest another process has cut the file and let it grow
   again meanwhile, and some system keeps the old pages. Linux does not. */
tms_sqlite_file *tms_sqlite_file_keep_mapping(sqlite3 *connection, sqlite3_int64 bytes_max);

/* Waits for the disk after every so many bytes written: what is left for the end would stand before the commits of
   others in the disk's queue all at once. */
tms_sqlite_file *tms_sqlite_file_sync_every(sqlite3 *connection, sqlite3_int64 bytes);

/* To be called after the connection has been closed. */
void tms_sqlite_file_free(tms_sqlite_file *file);

#endif
