extension Migration {
    /// Has a row while an import is at work or was interrupted. Programs that do not know of it refuse the database for its
    /// version, those that do for the row.
    static let unfinishedImport = Migration(
        name: "unfinished import",
        script: """
            CREATE TABLE unfinished_import (
                id {{ref}} NOT NULL PRIMARY KEY CHECK (id = 1),
                -- Of the file's first and last line, and so of all of it.
                file_sha256 {{text}} NOT NULL,
                rows_done {{ref}} NOT NULL,
                begun {{time}} NOT NULL
            ) {{table}};
            """)
}
