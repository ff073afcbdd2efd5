"""The particular refusals: every sentence with which a verb says no.

Each is of a kind of rooms/errors.py, which has its code. A sentence names its parameters, and whoever
raises it hands them over as keywords: no other module has prose for a refusal. A module for each subject.
"""
