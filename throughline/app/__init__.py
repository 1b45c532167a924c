"""What a person starts: all services in one process, or one alone; the data folder."""
