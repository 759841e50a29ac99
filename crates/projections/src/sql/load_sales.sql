-- Into the live table, where rows cannot come frozen; the columns as in the rebuild's COPY.
copy sales (log_id, sale_id, position, occurred_at, recorded_at, gross_minor, discount_minor, total_minor, change_minor,
            quantity_e4, items, business_date, local_hour, store_id, register_no, receipt_series, receipt_number, channel,
            currency, method, customer, seller, last_position, version, returned_minor, refunded_minor, returned_e4,
            voided_at, voided_on, void_reason)
from stdin (format binary)
