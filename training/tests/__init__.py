"""
Checks of the training: `python -m unittest discover -t . -s training/tests` in the project's folder. Those of the
network need JAX, the others numpy alone.
"""
