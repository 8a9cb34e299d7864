-- Whom a rule about candidates may say something of: the others' records need not be looked at one by one.
SELECT subject_id FROM parts WHERE is_asked = 1
UNION
SELECT subject_id FROM standing WHERE slot_when
