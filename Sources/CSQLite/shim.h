#include <sqlite3.h>

/* sqlite3_config takes variable arguments, which Swift cannot call. */
static inline int tms_sqlite_count_memory(int enabled) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, enabled); }

/* Waits until what was written to the database file is on the disk, by the connection's own file: another descriptor
   of the same file must not be closed, since that would drop SQLite's locks. */
static inline int tms_sqlite_sync_database(sqlite3 *connection) {
    sqlite3_file *file = 0;
    int result = sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (result != SQLITE_OK) return result;
    return file && file->pMethods ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) : SQLITE_OK;
}
