"""The administrator's desk: accounts, agencies, keys, reference tables."""
