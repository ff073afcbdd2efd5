"""How Django writes dates where no template says so: at the staff's desks."""
