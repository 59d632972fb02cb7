// Servers look for queued and overdue jobs every second.
CREATE INDEX job_state IF NOT EXISTS FOR (n:Job) ON (n.state);
