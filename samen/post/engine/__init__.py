"""What mail servers say: answers to a letter, and reports that come back later."""
