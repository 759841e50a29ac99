-- Into the live table, where rows cannot come frozen; the columns as in the rebuild's COPY.
copy stock_movements (log_id, store_id, sku, position, version, occurred_at, recorded_at, business_date, latest_date,
                      quantity_e4, value_minor, settled_minor, balance_e4, balance_minor, kind, document, currency,
                      provisional, estimated)
from stdin (format binary)
