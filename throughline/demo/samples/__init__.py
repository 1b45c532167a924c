"""The sample complaints, written for this project; the people in them are invented."""
