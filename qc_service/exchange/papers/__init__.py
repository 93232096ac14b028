"""Pages on paper: the evidence in a patient's chart, and the form for when the service cannot be reached."""
