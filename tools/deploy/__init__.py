"""From a checkout to a service that the doctor has checked: `make deploy`."""
