"""From scores to what people read: values, tables, pictures."""
