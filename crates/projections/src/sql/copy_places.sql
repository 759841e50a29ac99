-- Into the new table of a rebuild, made in the same transaction.
copy places (log_id, kind, id, register_no, name, cnpj, time_zone, day_cutover, currency, position)
from stdin (format binary, freeze)
