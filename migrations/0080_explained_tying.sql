-- What is left out of the measure of tying is asked for by the explanations of figures, too.
SET LOCAL ROLE aidledger_owner;
SET LOCAL search_path = aidledger;

GRANT EXECUTE ON FUNCTION tying_left_out(text) TO aidledger_public, aidledger_scoped;
