"""Trains, judges and writes the model of the ML manager. `README.md` beside this file says how and why."""
