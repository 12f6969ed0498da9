"""What every other package stands on: settings, database, people, workflow, audit trail, jobs."""
