"""What a language model may do: propose a plan, propose words. Nothing it proposes reaches a reader unverified."""
