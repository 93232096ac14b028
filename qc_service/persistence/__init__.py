"""Where it is kept: the only room that speaks SQL; SQLite on one machine, PostgreSQL by its address."""
