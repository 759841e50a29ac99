-- Writes the table anew, so that no page holds what is left of a deleted row. The table is small, and locked meanwhile.
vacuum (full) subject_keys
