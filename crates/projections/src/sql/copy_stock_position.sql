-- Into the new table of a rebuild, made in the same transaction.
copy stock_position (log_id, store_id, sku, version, last_position, quantity_e4, value_minor, average_minor, currency,
                     last_date, short)
from stdin (format binary, freeze)
