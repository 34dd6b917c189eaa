"""Jobs that are over: when somebody came and went, and the minutes that are paid."""
