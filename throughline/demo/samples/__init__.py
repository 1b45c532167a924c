"""The sample complaints, written for this project; nobody in them exists."""
