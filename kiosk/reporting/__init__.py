"""What happened, in numbers: day book, recaps of any period, and how satisfied people were."""
