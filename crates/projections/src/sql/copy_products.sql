-- Into the new table of a rebuild, made in the same transaction.
copy products (log_id, sku, name, gtin, gtin_14, ncm, unit, searched, decimals, tracked, retired, position)
from stdin (format binary, freeze)
