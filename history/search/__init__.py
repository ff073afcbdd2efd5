"""Search over everything a person may see. `hits.find` is the way in."""
