#include <sqlite3.h>

/* sqlite3_config takes variable arguments, which Swift cannot call. */
static inline int tms_sqlite_count_memory(int enabled) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, enabled); }
