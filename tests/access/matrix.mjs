// matrix.mjs - who may do what: written by hand from what each role is for, and from nothing else.
// SPDX-License-Identifier: Apache-2.0
//
// Each line: operation, what it is tried on (where that matters), and the status for each caller:
//   an   nobody: no key              sn   statistician, Malawi
//   de   donor editor, the owner     sh   stakeholder, of the other donor
//   da   donor approver, the owner   au   auditor
//   de2, da2  of another donor       st   steward
//   ro   recipient officer, Malawi   ro2, rs2  of Kenya, which receives nothing
//   rs   recipient signatory, Malawi
// What somebody may not know of is 404, what is known and not theirs 403. The other donor is the
// receiver that the disbursement of receipt_confirmation_receive names.
export const callers = ['an', 'de', 'de2', 'da', 'da2', 'ro', 'ro2', 'rs', 'rs2', 'sn', 'sh',
    'au', 'st'];

export const matrix = `
                                           an  de  de2 da  da2 ro  ro2 rs  rs2 sn  sh  au  st
index                                      200 200 200 200 200 200 200 200 200 200 200 200 200
openapi                                    200 200 200 200 200 200 200 200 200 200 200 200 200
style                                      200 200 200 200 200 200 200 200 200 200 200 200 200
healthz                                    200 200 200 200 200 200 200 200 200 200 200 200 200
readyz                                     200 200 200 200 200 200 200 200 200 200 200 200 200
metrics                                    200 200 200 200 200 200 200 200 200 200 200 200 200
problem_page                               200 200 200 200 200 200 200 200 200 200 200 200 200
verify_page                                200 200 200 200 200 200 200 200 200 200 200 200 200
verify_file                                200 200 200 200 200 200 200 200 200 200 200 200 200
country_list                               200 200 200 200 200 200 200 200 200 200 200 200 200
country_read                               200 200 200 200 200 200 200 200 200 200 200 200 200
country_calendar                           200 200 200 200 200 200 200 200 200 200 200 200 200
country_calendar_record                    401 403 403 403 403 403 403 403 403 403 403 403 201
country_fiscal_calendar                    200 200 200 200 200 200 200 200 200 200 200 200 200
country_fiscal_calendar_record             401 403 403 403 403 403 403 201 403 403 403 403 201
organisation_fiscal_calendar               200 200 200 200 200 200 200 200 200 200 200 200 200
organisation_fiscal_calendar_record        401 403 403 201 403 403 403 403 403 403 403 403 201
country_group_list                         200 200 200 200 200 200 200 200 200 200 200 200 200
country_group_memberships                  200 200 200 200 200 200 200 200 200 200 200 200 200
country_group_record                       401 403 403 403 403 403 403 403 403 403 403 403 201
exchange_rate_set_list                     200 200 200 200 200 200 200 200 200 200 200 200 200
exchange_rate_set_read                     200 200 200 200 200 200 200 200 200 200 200 200 200
exchange_rate_set_rates                    200 200 200 200 200 200 200 200 200 200 200 200 200
exchange_rate_set_record                   401 403 403 403 403 403 403 403 403 403 403 403 201
codelist_list                              200 200 200 200 200 200 200 200 200 200 200 200 200
codelist_read                              200 200 200 200 200 200 200 200 200 200 200 200 200
framework_list                             200 200 200 200 200 200 200 200 200 200 200 200 200
framework_state                            401 403 403 403 403 403 403 201 422 403 403 403 403
framework_extend                           401 403 403 403 403 403 403 201 403 403 403 403 403
framework_versions                         200 200 200 200 200 200 200 200 200 200 200 200 200
framework_items                            200 200 200 200 200 200 200 200 200 200 200 200 200
framework_item                             200 200 200 200 200 200 200 200 200 200 200 200 200
framework_submissions                      200 200 200 200 200 200 200 200 200 200 200 200 200
discount_rate_set_list                     200 200 200 200 200 200 200 200 200 200 200 200 200
indicator_list                             200 200 200 200 200 200 200 200 200 200 200 200 200
indicator_read                             200 200 200 200 200 200 200 200 200 200 200 200 200
observation_list                           200 200 200 200 200 200 200 200 200 200 200 200 200
observation_read                           200 200 200 200 200 200 200 200 200 200 200 200 200
observation_history                        200 200 200 200 200 200 200 200 200 200 200 200 200
observation_upload                         401 403 403 403 403 403 403 403 403 200 403 403 422
observation_withdraw                       401 403 403 403 403 403 403 403 403 200 403 403 403
indicator_mask_list                        200 200 200 200 200 200 200 200 200 200 200 200 200
indicator_mask_read                        200 200 200 200 200 200 200 200 200 200 200 200 200
indicator_mask_propose                     401 403 403 403 403 403 403 403 403 201 403 403 403
indicator_mask_decide                      401 403 403 403 403 403 403 403 403 403 403 403 200
indicator_mask_withdraw                    401 403 403 403 403 403 403 403 403 200 403 403 200
organisation_list                          200 200 200 200 200 200 200 200 200 200 200 200 200
organisation_read                          200 200 200 200 200 200 200 200 200 200 200 200 200
organisation_register                      401 403 403 403 403 403 403 403 403 403 403 403 201
organisation_four_eyes                     401 403 403 403 403 403 403 403 403 403 403 403 200
ledger_size                                200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_entries                             200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_entry                               200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_erase                               401 403 403 201 403 403 403 403 403 403 403 403 201
ledger_content                             200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_checkpoint                          200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_checkpoints                         200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_checkpoint_of                       200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_root                                200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_tile                                200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_bundle                              200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_proof                               200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_consistency                         200 200 200 200 200 200 200 200 200 200 200 200 200
ledger_vkeys                               200 200 200 200 200 200 200 200 200 200 200 200 200
report_list                                200 200 200 200 200 200 200 200 200 200 200 200 200
report_definition                          200 200 200 200 200 200 200 200 200 200 200 200 200
report_explain                             200 200 200 200 200 200 200 200 200 200 200 200 200
report_portfolio                           200 200 200 200 200 200 200 200 200 200 200 200 200
report_boundary_totals                     200 200 200 200 200 200 200 200 200 200 200 200 200
report_cube                                200 200 200 200 200 200 200 200 200 200 200 200 200
report_group_allocation                    200 200 200 200 200 200 200 200 200 200 200 200 200
report_reconciliation                      200 200 200 200 200 200 200 200 200 200 200 200 200
report_predictability                      200 200 200 200 200 200 200 200 200 200 200 200 200
report_medium_term_predictability          200 200 200 200 200 200 200 200 200 200 200 200 200
report_untied_aid                          200 200 200 200 200 200 200 200 200 200 200 200 200
report_data_collection                     200 200 200 200 200 200 200 200 200 200 200 200 200
report_untied_aid_bridge                   200 200 200 200 200 200 200 200 200 200 200 200 200
report_timeliness                          200 200 200 200 200 200 200 200 200 200 200 200 200
report_on_budget                           200 200 200 200 200 200 200 200 200 200 200 200 200
report_money_flow                          200 200 200 200 200 200 200 200 200 200 200 200 200
report_framework_coverage                  200 200 200 200 200 200 200 200 200 200 200 200 200
report_donor_scorecard                     200 200 200 200 200 200 200 200 200 200 200 200 200
report_recipient_scorecard                 200 200 200 200 200 200 200 200 200 200 200 200 200
report_data_limitations                    200 200 200 200 200 200 200 200 200 200 200 200 200
report_participation                       200 200 200 200 200 200 200 200 200 200 200 200 200
report_ownership                           200 200 200 200 200 200 200 200 200 200 200 200 200
report_run_list                            200 200 200 200 200 200 200 200 200 200 200 200 200
report_run_read                            200 200 200 200 200 200 200 200 200 200 200 200 200
report_run_proof                           200 200 200 200 200 200 200 200 200 200 200 200 200
report_run_result                          200 200 200 200 200 200 200 200 200 200 200 200 200
report_run_issue                           401 201 201 201 201 201 201 201 201 201 201 201 201
commitment_list                            200 200 200 200 200 200 200 200 200 200 200 200 200
commitment_create                          401 201 201 403 403 403 403 403 403 403 403 403 403
commitment_read               draft        404 200 404 200 404 404 404 404 404 404 404 200 404
commitment_read               submitted    404 200 404 200 404 200 404 200 404 200 404 200 404
commitment_read               effective    200 200 200 200 200 200 200 200 200 200 200 200 200
commitment_history            draft        404 200 404 200 404 404 404 404 404 404 404 200 404
commitment_history            submitted    404 200 404 200 404 200 404 200 404 200 404 200 404
commitment_history            effective    200 200 200 200 200 200 200 200 200 200 200 200 200
commitment_field_history      draft        404 200 404 200 404 404 404 404 404 404 404 200 404
commitment_field_history      effective    200 200 200 200 200 200 200 200 200 200 200 200 200
commitment_grant_equivalent   draft        404 200 404 200 404 404 404 404 404 404 404 200 404
commitment_grant_equivalent   effective    200 200 200 200 200 200 200 200 200 200 200 200 200
commitment_differences        draft        404 200 404 200 404 404 404 404 404 404 404 200 404
commitment_differences        effective    200 200 200 200 200 200 200 200 200 200 200 200 200
commitment_amendment          amending     401 200 404 200 404 403 403 403 403 403 403 200 403
commitment_edit               draft        401 200 404 403 403 403 403 403 403 403 403 403 403
commitment_duplicates         draft        401 200 404 200 404 403 403 403 403 403 403 200 403
commitment_duplicates         effective    401 200 404 200 404 403 403 403 403 403 403 200 403
commitment_submit             draft        401 200 404 403 403 403 403 403 403 403 403 403 403
commitment_return             submitted    401 403 403 200 404 403 403 403 403 403 403 403 403
commitment_return             amending     401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_register           submitted    401 403 403 200 404 403 403 403 403 403 403 403 403
commitment_register           amending     401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_effect             registered   401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_amend              effective    401 200 403 403 403 403 403 403 403 403 403 403 403
commitment_suspend            effective    401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_resume             suspended    401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_cancel             effective    401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_cancel             registered   401 403 403 200 403 403 403 403 403 403 403 403 403
commitment_close              effective    401 403 403 200 403 403 403 403 403 403 403 403 403
schedule_read                 draft        404 200 404 200 404 404 404 404 404 404 404 200 404
schedule_read                 effective    200 200 200 200 200 200 200 200 200 200 200 200 200
schedule_record               effective    401 201 403 201 403 403 403 403 403 403 403 403 403
transaction_list              draft        404 200 404 200 404 404 404 404 404 404 404 200 404
transaction_list              effective    200 200 200 200 200 200 200 200 200 200 200 200 200
transaction_read                           200 200 200 200 200 200 200 200 200 200 200 200 200
transaction_record            effective    401 201 403 201 403 403 403 403 403 403 403 403 403
link_list                     draft        404 200 404 200 404 404 404 404 404 404 404 200 404
link_list                     effective    200 200 200 200 200 200 200 200 200 200 200 200 200
link_record                   effective    401 201 403 201 403 403 403 403 403 403 403 403 403
link_read                                  200 200 200 200 200 200 200 200 200 200 200 200 200
link_answer                                401 403 403 403 403 403 403 201 403 403 403 403 403
alignment_read                draft        404 200 404 200 404 404 404 404 404 404 404 200 404
alignment_read                submitted    404 200 404 200 404 200 404 200 404 200 404 200 404
alignment_read                effective    200 200 200 200 200 200 200 200 200 200 200 200 200
alignment_state               effective    401 201 403 201 403 403 403 403 403 403 403 403 403
document_list                 draft        404 200 404 200 404 404 404 404 404 404 404 200 404
document_list                 effective    200 200 200 200 200 200 200 200 200 200 200 200 200
document_record               effective    401 201 403 201 403 403 403 403 403 403 403 403 403
ownership_input_list                       200 200 200 200 200 200 200 200 200 200 200 200 200
ownership_input_of_commitment draft        404 200 404 200 404 404 404 404 404 404 404 200 404
ownership_input_of_commitment submitted    404 200 404 200 404 200 404 200 404 200 404 200 404
ownership_input_of_commitment effective    200 200 200 200 200 200 200 200 200 200 200 200 200
ownership_input_read                       200 200 200 200 200 200 200 200 200 200 200 200 200
ownership_input_lodge         submitted    401 403 403 403 403 403 403 201 404 403 403 403 403
ownership_input_lodge         effective    401 403 403 403 403 403 403 201 403 403 403 403 403
ownership_input_supersede                  401 403 403 403 403 403 403 200 403 403 403 403 403
ownership_input_answer                     401 403 403 200 403 403 403 403 403 403 403 403 403
ownership_input_resolve                    401 403 403 403 403 403 403 200 403 403 403 403 403
ownership_input_extend        invited      401 403 403 200 403 403 403 409 403 403 403 403 403
ownership_input_extend        lodged       401 403 403 409 403 403 403 200 403 403 403 403 403
ownership_input_pause                      401 403 403 403 403 403 403 403 403 403 403 403 200
ownership_input_resume                     401 403 403 403 403 403 403 403 403 403 403 403 200
ownership_input_escalate                   401 403 403 403 403 403 403 200 403 403 403 403 403
ownership_input_joint_statement            401 403 403 200 403 403 403 200 403 403 403 403 403
ownership_input_agree_to_differ            401 403 403 200 403 403 403 200 403 403 403 403 403
standing_disagreement_list                 200 200 200 200 200 200 200 200 200 200 200 200 200
comment_list                               200 200 200 200 200 200 200 200 200 200 200 200 200
comment_read                               200 200 200 200 200 200 200 200 200 200 200 200 200
comment_make                  draft        401 409 404 409 404 404 404 404 404 404 404 409 404
comment_make                  submitted    401 409 404 409 404 409 404 409 404 409 404 409 404
comment_make                  effective    401 201 201 201 201 201 201 201 201 201 201 201 201
comment_correct                            401 403 403 403 403 403 403 403 403 403 403 403 200
comment_withdraw                           401 403 403 403 403 403 403 403 403 403 403 403 200
third_party_observation_list               200 200 200 200 200 200 200 200 200 200 200 200 200
third_party_observation_read               200 200 200 200 200 200 200 200 200 200 200 200 200
third_party_observation_file  draft        401 403 403 403 403 403 403 403 403 403 404 403 403
third_party_observation_file  effective    401 403 403 403 403 403 403 403 403 403 201 403 403
third_party_observation_reply              401 200 403 200 403 200 403 200 403 403 403 403 403
third_party_observation_withhold           401 403 403 403 403 403 403 403 403 403 403 403 200
third_party_observation_restore            401 403 403 403 403 403 403 403 403 403 403 403 200
national_priority_list                     200 200 200 200 200 200 200 200 200 200 200 200 200
national_priority_read                     200 200 200 200 200 200 200 200 200 200 200 200 200
national_priority_state                    401 403 403 403 403 403 403 201 201 403 403 403 403
joint_review_list                          200 200 200 200 200 200 200 200 200 200 200 200 200
joint_review_read                          200 200 200 200 200 200 200 200 200 200 200 200 200
joint_review_propose                       401 403 403 201 403 403 403 201 403 403 403 403 403
joint_review_agree                         401 403 403 409 403 403 403 200 403 403 403 403 403
joint_review_report                        401 403 403 403 403 403 403 200 403 403 403 403 403
joint_review_accept                        401 403 403 403 403 403 403 200 403 403 403 403 403
joint_review_dispute                       401 403 403 403 403 403 403 200 403 403 403 403 403
inbox_list                                 401 200 200 200 200 200 200 200 200 403 403 200 403
pledge_list                                200 200 200 200 200 200 200 200 200 200 200 200 200
pledge_read                                200 200 200 200 200 200 200 200 200 200 200 200 200
pledge_record                              401 403 403 201 201 403 403 403 403 403 403 403 403
pledge_convert                             401 403 403 201 403 403 403 403 403 403 403 403 403
pledge_withdraw                            401 403 403 200 403 403 403 403 403 403 403 403 403
flow_link_list                             200 200 200 200 200 200 200 200 200 200 200 200 200
flow_link_read                             200 200 200 200 200 200 200 200 200 200 200 200 200
flow_link_chain                            200 200 200 200 200 200 200 200 200 200 200 200 200
flow_link_record                           401 201 403 201 403 403 403 403 403 403 403 403 403
flow_link_reverse                          401 201 403 201 403 403 403 403 403 403 403 403 403
parked_fund_list                           200 200 200 200 200 200 200 200 200 200 200 200 200
parked_fund_record                         401 201 403 201 403 403 403 403 403 403 403 403 403
receipt_confirmation_list                  200 200 200 200 200 200 200 200 200 200 200 200 200
receipt_confirmation_read                  200 200 200 200 200 200 200 200 200 200 200 200 200
receipt_confirmation_confirm               401 403 403 403 403 201 403 201 403 403 403 403 403
receipt_confirmation_explain               401 200 403 200 403 403 403 403 403 403 403 403 403
receipt_confirmation_correct               401 200 403 200 403 403 403 403 403 403 403 403 403
receipt_confirmation_accept                401 403 403 200 403 403 403 200 403 403 403 403 403
receipt_confirmation_receive               401 403 403 403 200 403 403 403 403 403 200 403 403
contract_award_list                        200 200 200 200 200 200 200 200 200 200 200 200 200
contract_award_read                        200 200 200 200 200 200 200 200 200 200 200 200 200
contract_award_state                       401 201 403 201 403 201 403 201 403 403 403 403 403
contract_award_withdraw                    401 200 403 200 403 403 403 403 403 403 403 403 403
approved_budget_list                       200 200 200 200 200 200 200 200 200 200 200 200 200
approved_budget_read                       200 200 200 200 200 200 200 200 200 200 200 200 200
approved_budget_state                      401 403 403 403 403 201 201 201 201 403 403 403 403
approved_budget_withdraw                   401 403 403 403 403 200 403 200 403 403 403 403 403
period_close_record                        401 403 403 201 201 403 403 403 403 403 403 403 403
period_close_list                          200 200 200 200 200 200 200 200 200 200 200 200 200
period_close_read                          200 200 200 200 200 200 200 200 200 200 200 200 200
period_close_reopen                        401 403 403 200 403 403 403 403 403 403 403 403 403
treasury_receipt_upload                    401 403 403 403 403 200 200 403 403 403 403 403 403
treasury_receipt_list                      401 403 403 403 403 200 200 200 200 403 403 200 403
treasury_receipt_read                      401 403 403 403 403 200 404 200 404 403 403 200 403
treasury_receipt_confirm                   401 403 403 403 403 403 403 200 404 403 403 403 403
treasury_receipt_reject                    401 403 403 403 403 200 404 200 404 403 403 403 403
treasury_receipt_withdraw                  401 403 403 403 403 200 404 200 404 403 403 403 403
`;
