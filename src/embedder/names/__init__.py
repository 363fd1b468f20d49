"""What others call things: tasks, models, fields and values."""
