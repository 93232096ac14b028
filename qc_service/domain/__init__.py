"""What is true: the records, the states they fold into, and the rules; standard library only, no I/O, no clock."""
