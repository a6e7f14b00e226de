"""Secrets: which names and values are some, how one gets into the store, and what may be shown of one.

The room knows Nix and its values, and neither rules nor reports. Everybody who asks whether something is a secret asks
here, so that nothing that one command hides is shown by another. Its facts are in ``nixlint/data/secret_*.json``, each row
with its reason or its source.

- :mod:`.names`: ``classify_name`` says whether a name is of a secret for certain, hidden to be safe, public, or neutral.
- :mod:`.looks`: ``look_of`` says what a value looks like; :mod:`.tokens`, :mod:`.urls` and :mod:`.hashes` know values that
  show by themselves what they are.
- :mod:`.parts`: ``secret_parts_of_text`` and ``secret_parts_of_command`` find what is hidden of a text, of a command.
- :mod:`.masking`: ``mask`` and ``shown`` make a text that may be shown.
- :mod:`.assignments`: the secrets in a text of which a rule may say that they are some.
- :mod:`.ways`, :mod:`.positions`, :mod:`.options`, :mod:`.readers`, :mod:`.files`: how a secret gets into the store.
"""
