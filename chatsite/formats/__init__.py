"""How Django writes dates where no template says so: in the staff admin."""
