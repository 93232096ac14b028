"""How it is asked: the only room that speaks HTTP; a JSON API, the public log and a vial's page."""
