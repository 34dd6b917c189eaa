"""Change of plan: another room or time, online, postponed, cancelled; who is told what, and the door sign."""
