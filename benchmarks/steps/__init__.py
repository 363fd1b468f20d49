"""Where the time of a request goes, step by step, inside workerd."""
