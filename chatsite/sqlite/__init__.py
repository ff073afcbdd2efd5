"""Django's backend for SQLite, whose transactions take turns within a process: DATABASES' ENGINE."""
