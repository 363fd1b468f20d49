"""`make deploy`: from a clone to a service that the doctor has seen."""
