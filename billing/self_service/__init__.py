"""What customers do by themselves: the rules of it, and operations that obey them.

The operations call those that staff use; what they add is who may, what the seller offers, and
that what is done is what was shown.
"""
