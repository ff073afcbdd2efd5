/* Short names of the emoji in emoji.js, as GitHub has them. Written by tools/shortcodes.py. */
export const SHORTCODES = `😀 grinning
😃 smiley
😄 smile
😁 grin
😆 satisfied laughing
😅 sweat_smile
🤣 rofl
😂 joy
😉 wink
😊 blush
😇 innocent
🥰 smiling_face_with_three_hearts
😍 heart_eyes
😘 kissing_heart
😗 kissing
☺️ relaxed
😚 kissing_closed_eyes
😙 kissing_smiling_eyes
😋 yum
😛 stuck_out_tongue
😜 stuck_out_tongue_winking_eye
😝 stuck_out_tongue_closed_eyes
🤗 hugging_face hugs
🤭 hand_over_mouth
🤔 thinking
🤨 raised_eyebrow
😑 expressionless
😶 no_mouth
😏 smirk
😒 unamused
🙄 roll_eyes
😬 grimacing
😌 relieved
😔 pensive
😪 sleepy
😴 sleeping
😷 mask
🤮 vomiting_face
😵 dizzy_face knocked_out_face
😎 sunglasses
🧐 monocle_face
😕 confused
😟 worried
☹️ white_frowning_face
😮 open_mouth
😯 hushed
😲 astonished
😳 flushed
😦 frowning
😧 anguished
😨 fearful
😰 cold_sweat
😥 disappointed_relieved
😢 cry
😭 sob
😱 scream
😖 confounded
😣 persevere
😞 disappointed
😓 sweat
😩 weary
😤 triumph
😡 rage pout
😠 angry
🤬 cursing_face
😈 smiling_imp
👿 imp
💩 poop hankey shit
👹 japanese_ogre
👺 japanese_goblin
👾 space_invader
🤖 robot_face
😺 smiley_cat
😸 smile_cat
😹 joy_cat
😻 heart_eyes_cat
😼 smirk_cat
🙀 scream_cat
😿 crying_cat_face
🙈 see_no_evil
🙉 hear_no_evil
🙊 speak_no_evil
💘 cupid
💝 gift_heart
💗 heartpulse
💓 heartbeat
❣️ heavy_heart_exclamation heavy_heart_exclamation_mark_ornament
❤️ heart
💯 100
💢 anger
💥 boom
💦 sweat_drops
💨 dash
👁️‍🗨️ eye_speech_bubble
👋 wave
🖐️ raised_hand_with_fingers_splayed
✋ hand
🖖 raised_hand_with_part_between_middle_and_ring_fingers
✌️ v
🤘 metal
👈 point_left
👉 point_right
👆 point_up_2
🖕 fu reversed_hand_with_middle_finger_extended
👇 point_down
☝️ point_up
👍 thumbsup +1
👎 thumbsdown _1 -1
✊ fist fist_raised
👊 fist_oncoming punch facepunch
🤛 fist_left
🤜 fist_right
👏 clap
🙌 raised_hands
🙏 pray
💅 nail_care
💪 muscle
👄 lips
🧑 adult
👱 blond_haired_person person_with_blond_hair
🧔 bearded_person
👨‍🦰 red_haired_man
👨‍🦱 curly_haired_man
👨‍🦳 white_haired_man
👨‍🦲 bald_man
👩‍🦰 red_haired_woman
👩‍🦱 curly_haired_woman
👩‍🦳 white_haired_woman
👩‍🦲 bald_woman
👱‍♀️ blonde_woman blond_haired_woman
👱‍♂️ blond_haired_man
🧓 older_adult
👴 older_man
👵 older_woman
🙍 frowning_person
🙍‍♂️ frowning_man
🙍‍♀️ frowning_woman
🙎 pouting_face person_with_pouting_face
🙎‍♂️ pouting_man
🙎‍♀️ pouting_woman
🙅 no_good
🙅‍♂️ no_good_man ng_man
🙅‍♀️ ng_woman no_good_woman
🙆 ok_person
🙆‍♂️ ok_man
🙆‍♀️ ok_woman
💁 tipping_hand_person information_desk_person
💁‍♂️ sassy_man tipping_hand_man
💁‍♀️ sassy_woman tipping_hand_woman
🙋 raising_hand
🙋‍♂️ raising_hand_man
🙋‍♀️ raising_hand_woman
🙇 bow
🙇‍♂️ bowing_man
🙇‍♀️ bowing_woman
🤦 facepalm
🤷 shrug
👮 cop
👮‍♂️ policeman
👮‍♀️ policewoman
🕵️ sleuth_or_spy
🕵️‍♂️ male_detective
🕵️‍♀️ female_detective
💂‍♂️ guardsman
💂‍♀️ guardswoman
👷‍♂️ construction_worker_man
👷‍♀️ construction_worker_woman
👳 person_with_turban
👳‍♂️ man_with_turban
👳‍♀️ woman_with_turban
👲 man_with_gua_pi_mao
👰‍♀️ bride_with_veil
👼 angel
🎅 santa
🤶 mrs_claus
🦸‍♂️ superhero_man
🦸‍♀️ superhero_woman
🦹‍♂️ supervillain_man
🦹‍♀️ supervillain_woman
🧙‍♂️ mage_man
🧙‍♀️ mage_woman
🧚‍♂️ fairy_man
🧚‍♀️ fairy_woman
🧛‍♂️ vampire_man
🧛‍♀️ vampire_woman
🧝‍♂️ elf_man
🧝‍♀️ elf_woman
🧞‍♂️ genie_man
🧞‍♀️ genie_woman
🧟‍♂️ zombie_man
🧟‍♀️ zombie_woman
💆 massage
💆‍♂️ massage_man
💆‍♀️ massage_woman
💇 haircut
💇‍♂️ haircut_man
💇‍♀️ haircut_woman
🚶 walking
🚶‍♂️ walking_man
🚶‍♀️ walking_woman
🧍 standing_person
🧍‍♂️ standing_man
🧍‍♀️ standing_woman
🧎 kneeling_person
🧎‍♂️ kneeling_man
🧎‍♀️ kneeling_woman
🧑‍🦯 person_with_probing_cane
👨‍🦯 man_with_probing_cane
👩‍🦯 woman_with_probing_cane
🏃 runner running
🏃‍♂️ running_man
🏃‍♀️ running_woman
💃 dancer
🕴️ business_suit_levitating man_in_business_suit_levitating
👯 dancers
👯‍♂️ dancing_men
👯‍♀️ dancing_women
🧖 sauna_person
🧖‍♂️ sauna_man
🧖‍♀️ sauna_woman
🧗 climbing
🧗‍♂️ climbing_man
🧗‍♀️ climbing_woman
🏌️ golfing golfer
🏌️‍♂️ golfing_man
🏌️‍♀️ golfing_woman
🏄 surfer
🏄‍♂️ surfing_man
🏄‍♀️ surfing_woman
🚣 rowboat
🚣‍♂️ rowing_man
🚣‍♀️ rowing_woman
🏊 swimmer
🏊‍♂️ swimming_man
🏊‍♀️ swimming_woman
⛹️ bouncing_ball_person person_with_ball
⛹️‍♂️ basketball_man bouncing_ball_man
⛹️‍♀️ basketball_woman bouncing_ball_woman
🏋️ weight_lifting weight_lifter
🏋️‍♂️ weight_lifting_man
🏋️‍♀️ weight_lifting_woman
🚴 bicyclist
🚴‍♂️ biking_man
🚴‍♀️ biking_woman
🚵 mountain_bicyclist
🚵‍♂️ mountain_biking_man
🚵‍♀️ mountain_biking_woman
🤸 cartwheeling
🤼 wrestling
🤽 water_polo
🤾 handball_person
🤹 juggling_person
🧘 lotus_position
🧘‍♂️ lotus_position_man
🧘‍♀️ lotus_position_woman
🛀 bath
🛌 sleeping_bed sleeping_accommodation
👭 two_women_holding_hands
👫 couple
👬 two_men_holding_hands
💏 couplekiss
👩‍❤️‍💋‍👨 kiss_woman_man couplekiss_man_woman
👨‍❤️‍💋‍👨 kiss_man_man couplekiss_man_man
👩‍❤️‍💋‍👩 kiss_woman_woman couplekiss_woman_woman
👩‍❤️‍👨 couple_with_heart_woman_man
👨‍❤️‍👨 couple_with_heart_man_man
👩‍❤️‍👩 couple_with_heart_woman_woman
👨‍👩‍👦 family_man_woman_boy
👨‍👩‍👧 family_man_woman_girl
👨‍👩‍👧‍👦 family_man_woman_girl_boy
👨‍👩‍👦‍👦 family_man_woman_boy_boy
👨‍👩‍👧‍👧 family_man_woman_girl_girl
👨‍👨‍👦 family_man_man_boy
👨‍👨‍👧 family_man_man_girl
👨‍👨‍👧‍👦 family_man_man_girl_boy
👨‍👨‍👦‍👦 family_man_man_boy_boy
👨‍👨‍👧‍👧 family_man_man_girl_girl
👩‍👩‍👦 family_woman_woman_boy
👩‍👩‍👧 family_woman_woman_girl
👩‍👩‍👧‍👦 family_woman_woman_girl_boy
👩‍👩‍👦‍👦 family_woman_woman_boy_boy
👩‍👩‍👧‍👧 family_woman_woman_girl_girl
👨‍👦 family_man_boy
👨‍👦‍👦 family_man_boy_boy
👨‍👧 family_man_girl
👨‍👧‍👦 family_man_girl_boy
👨‍👧‍👧 family_man_girl_girl
👩‍👦 family_woman_boy
👩‍👦‍👦 family_woman_boy_boy
👩‍👧 family_woman_girl
👩‍👧‍👦 family_woman_girl_boy
👩‍👧‍👧 family_woman_girl_girl
🗣️ speaking_head_in_silhouette
🦍 harambe
🐕 dog2
🦊 fox_face
🐈 cat2
🦁 lion_face
🐅 tiger2
🐎 racehorse
🦄 unicorn_face
🐄 cow2
🐖 pig2
🐑 sheep
🐪 dromedary_camel
🐁 mouse2
🐇 rabbit2
🐼 panda_face
🐾 feet
🐥 hatched_chick
🕊️ dove_of_peace
🐦‍⬛ raven crow rook
🐳 whale
🐋 whale2
🐬 flipper
🐚 shell
🐝 bee
🌾 ear_of_rice
🍃 leaves
🍊 orange mandarin
🍎 apple
🌽 corn
🧀 cheese
🍟 fries
🌭 hotdog
🥚 egg2
🍳 egg fried_egg
🍲 stew
🍱 bento
🍚 rice
🍛 curry
🍜 ramen
🍠 sweet_potato
🍥 fish_cake
🍦 icecream
🎂 birthday
🍰 cake
🥛 milk_glass
☕ coffee
🍵 tea
🍾 champagne
🍸 cocktail
🍺 beer
🍻 beers
🧊 ice_cube
🍽️ plate_with_cutlery
🔪 hocho knife
🌍 earth_africa
🌎 earth_americas
🌏 earth_asia
🏔️ mountain_snow
🏖️ beach_umbrella
🧱 bricks
🏘️ house_buildings
🏚️ derelict_house_building
🏢 office
🏣 post_office
🏤 european_post_office
🏰 european_castle
🌆 city_sunset
🌇 city_sunrise
♨️ hotsprings
💈 barber
🚂 steam_locomotive
🚄 bullettrain_side
🚅 bullettrain_front
🚆 train2
🚗 car red_car
🚙 blue_car
🚚 truck
🏍️ racing_motorcycle
🚲 bike
🚏 busstop
⛽ fuelpump
🚨 rotating_light
🚥 traffic_light
⛵ boat
🛫 flight_departure
🛬 airplane_arriving flight_arrival
🛰️ artificial_satellite
⌛ hourglass
⏳ hourglass_flowing_sand
🕛 clock12 twelve_oclock
🕧 clock1230
🕐 clock1 one_oclock
🕜 clock130
🕑 clock2 two_oclock
🕝 clock230
🕒 clock3 three_oclock
🕞 clock330
🕓 clock4 four_oclock
🕟 clock430
🕔 clock5 five_oclock
🕠 clock530
🕕 clock6 six_oclock
🕡 clock630
🕖 clock7 seven_oclock
🕢 clock730
🕗 clock8 eight_oclock
🕣 clock830
🕘 clock9 nine_oclock
🕤 clock930
🕙 clock10 ten_oclock
🕥 clock1030
🕚 clock11 eleven_oclock
🕦 clock1130
🌔 moon
🌚 new_moon_with_face
🌛 first_quarter_moon_with_face
🌜 last_quarter_moon_with_face
☀️ sunny
🌝 full_moon_with_face
🌟 star2
🌠 stars
⛅ partly_sunny
⛈️ thunder_cloud_and_rain
🌤️ white_sun_with_small_cloud
🌥️ white_sun_behind_cloud
🌦️ white_sun_behind_cloud_with_rain
🌪️ cloud_with_tornado
🌬️ wind_blowing_face
☂️ open_umbrella
⛱️ parasol_on_ground
⚡ zap
☃️ snowman_with_snow
🌊 ocean
🎉 tada
🎍 bamboo
🎎 dolls
🎏 flags
🎑 rice_scene
🎁 gift
🎟️ tickets
🎖️ medal_military
🏅 medal_sports
⚽ soccer
🏈 football
🏏 cricket_bat_and_ball
🏑 field_hockey_stick_and_ball
🏒 ice_hockey_stick_and_puck
🏓 table_tennis_paddle_and_ball
🏸 badminton_racquet_and_shuttlecock
⛳ golf
🎣 fishing_pole_and_fish
🎽 running_shirt_with_sash
🎿 ski
🎯 dart
🔫 gun
🎱 8ball
🧩 jigsaw
🪅 pinata
♠️ spades
♥️ hearts
♦️ diamonds
♣️ clubs
🃏 black_joker
🀄 mahjong
🖼️ frame_with_picture
🎨 art
👓 eyeglasses
🕶️ dark_sunglasses
👕 tshirt shirt
🩲 swim_brief
👚 womans_clothes
👝 pouch
🛍️ shopping
🎒 school_satchel
👞 mans_shoe shoe
👟 athletic_shoe
👠 high_heel
👡 sandal womans_sandal
👢 boot womans_boot
👒 womans_hat
🎩 tophat
🎓 mortar_board
⛑️ helmet_with_white_cross rescue_worker_helmet rescue_workers_helmet
💎 gem
🔇 mute
🔈 speaker
🔉 sound
🔊 loud_sound
📣 mega
🔕 no_bell
🎶 notes
🎧 headphones
📱 iphone
📲 calling
☎️ phone
📠 fax
💻 computer
🖱️ three_button_mouse
💽 minidisc
💿 cd
🎞️ film_strip
🎬 clapper
📺 tv
📸 camera_flash
📼 vhs
🔍 mag
🔎 mag_right
💡 bulb
🏮 izakaya_lantern lantern
📖 book
🗞️ newspaper_roll
💰 moneybag
💴 yen
💵 dollar
💶 euro
💷 pound
💹 chart
📧 email
📫 mailbox
📪 mailbox_closed
📬 mailbox_with_mail
📭 mailbox_with_no_mail
🗳️ ballot_box
✏️ pencil2
🖋️ lower_left_fountain_pen
🖊️ lower_left_ballpoint_pen
🖌️ lower_left_paintbrush
🖍️ lower_left_crayon
📝 pencil
📅 date
🗒️ spiral_note_pad
🗓️ spiral_calendar_pad
📈 chart_with_upwards_trend
📉 chart_with_downwards_trend
🖇️ paperclips
🔒 lock
🔓 unlock
🔏 lock_with_ink_pen
🔐 closed_lock_with_key
🗡️ dagger_knife
🗜️ compression
⚖️ scales
🦯 probing_cane
🚬 smoking
🗿 moyai
🏧 atm
🚮 put_litter_in_its_place
♿ wheelchair
🚹 mens mens_room
🚺 womens womens_room
🚾 wc
🚫 no_entry_sign
🚯 do_not_litter
🔞 underage
☢️ radioactive_sign
☣️ biohazard_sign
⬆️ arrow_up
↗️ arrow_upper_right
➡️ arrow_right
↘️ arrow_lower_right
⬇️ arrow_down
↙️ arrow_lower_left
⬅️ arrow_left
↖️ arrow_upper_left
↕️ arrow_up_down
↩️ leftwards_arrow_with_hook
↪️ arrow_right_hook
⤴️ arrow_heading_up
⤵️ arrow_heading_down
🔃 arrows_clockwise
🔄 arrows_counterclockwise
🔙 back
🔚 end
🔛 on on_arrow
🔜 soon
🔝 top
🕉️ om_symbol
🕎 menorah_with_nine_branches
🔯 six_pointed_star
♏ scorpius
🔀 twisted_rightwards_arrows
🔁 repeat
🔂 repeat_one
▶️ arrow_forward
⏩ fast_forward
⏭️ black_right_pointing_double_triangle_with_vertical_bar
⏯️ black_right_pointing_triangle_with_double_vertical_bar
◀️ arrow_backward
⏪ rewind
⏮️ previous_track_button black_left_pointing_double_triangle_with_vertical_bar
🔼 arrow_up_small
⏫ arrow_double_up
🔽 arrow_down_small
⏬ arrow_double_down
⏸️ double_vertical_bar
⏹️ black_square_for_stop
⏺️ black_circle_for_record
⏏️ eject_symbol
🔅 low_brightness
🔆 high_brightness
📶 signal_strength
✖️ heavy_multiplication_x
➕ heavy_plus_sign
➖ heavy_minus_sign
➗ heavy_division_sign
‼️ bangbang
⁉️ interrobang
❓ question
❔ grey_question
❕ grey_exclamation
❗ heavy_exclamation_mark exclamation
♻️ recycle
🔱 trident
🔰 beginner
⭕ o
✅ white_check_mark
☑️ ballot_box_with_check
✔️ heavy_check_mark
❌ x
❎ negative_squared_cross_mark
➿ loop
✴️ eight_pointed_black_star
™️ tm
#️⃣ hash
*️⃣ asterisk
0️⃣ zero
1️⃣ one
2️⃣ two
3️⃣ three
4️⃣ four
5️⃣ five
6️⃣ six
7️⃣ seven
8️⃣ eight
9️⃣ nine
🔟 ten keycap_ten
🔠 capital_abcd
🔡 abcd
🔢 1234
🔣 symbols
🔤 abc
🅰️ a a_button_blood_type
🆎 ab ab_button_blood_type
🅱️ b b_button_blood_type
🆑 cl
🆒 cool
🆓 free
ℹ️ information_source
🆔 id
Ⓜ️ m
🆕 new
🆖 ng
🅾️ o2 o_button_blood_type
🆗 ok
🅿️ parking
🆘 sos
🆙 up up_button
🆚 vs
🈁 japanese_here_button koko
🈂️ japanese_service_charge_button sa
🈷️ japanese_monthly_amount_button u6708
🈶 japanese_not_free_of_charge_button u6709
🈯 japanese_reserved_button u6307
🉐 japanese_bargain_button ideograph_advantage
🈹 japanese_discount_button u5272
🈚 japanese_free_of_charge_button u7121
🈲 japanese_prohibited_button u7981
🉑 japanese_acceptable_button accept
🈸 japanese_application_button u7533
🈴 japanese_passing_grade_button u5408
🈳 japanese_vacancy_button u7a7a
㊗️ japanese_congratulations_button congratulations
㊙️ japanese_secret_button secret
🈺 japanese_open_for_business_button u55b6
🈵 japanese_no_vacancy_button u6e80
🔵 large_blue_circle
🔺 small_red_triangle
🔻 small_red_triangle_down
💠 diamond_shape_with_a_dot_inside
🏁 checkered_flag
🚩 triangular_flag_on_post
🏴 waving_black_flag
🏳️ waving_white_flag
🇦🇨 ascension_island flag_for_ascension_island
🇦🇩 andorra flag_for_andorra
🇦🇪 united_arab_emirates flag_for_united_arab_emirates
🇦🇫 afghanistan flag_for_afghanistan
🇦🇬 antigua_barbuda
🇦🇮 anguilla flag_for_anguilla
🇦🇱 albania flag_for_albania
🇦🇲 armenia flag_for_armenia
🇦🇴 angola flag_for_angola
🇦🇶 antarctica flag_for_antarctica
🇦🇷 argentina flag_for_argentina
🇦🇸 american_samoa flag_for_american_samoa
🇦🇹 austria flag_for_austria
🇦🇺 australia flag_for_australia
🇦🇼 aruba flag_for_aruba
🇦🇽 aland_islands
🇦🇿 azerbaijan flag_for_azerbaijan
🇧🇦 bosnia_herzegovina
🇧🇧 barbados flag_for_barbados
🇧🇩 bangladesh flag_for_bangladesh
🇧🇪 belgium flag_for_belgium
🇧🇫 burkina_faso flag_for_burkina_faso
🇧🇬 bulgaria flag_for_bulgaria
🇧🇭 bahrain flag_for_bahrain
🇧🇮 burundi flag_for_burundi
🇧🇯 benin flag_for_benin
🇧🇱 st_barthelemy
🇧🇲 bermuda flag_for_bermuda
🇧🇳 brunei flag_for_brunei
🇧🇴 bolivia flag_for_bolivia
🇧🇶 caribbean_netherlands flag_for_caribbean_netherlands
🇧🇷 brazil flag_for_brazil
🇧🇸 bahamas flag_for_bahamas
🇧🇹 bhutan flag_for_bhutan
🇧🇻 bouvet_island flag_for_bouvet_island
🇧🇼 botswana flag_for_botswana
🇧🇾 belarus flag_for_belarus
🇧🇿 belize flag_for_belize
🇨🇦 canada flag_for_canada
🇨🇨 flag_for_cocos_islands cocos_islands
🇨🇩 congo-kinshasa flag_for_congo_kinshasa congo_kinshasa
🇨🇫 central_african_republic flag_for_central_african_republic
🇨🇬 congo-brazzaville flag_for_congo_brazzaville congo_brazzaville
🇨🇭 switzerland flag_for_switzerland
🇨🇮 cote_divoire
🇨🇰 cook_islands flag_for_cook_islands
🇨🇱 chile flag_for_chile
🇨🇲 cameroon flag_for_cameroon
🇨🇳 china flag_for_china cn
🇨🇴 colombia flag_for_colombia
🇨🇵 clipperton_island flag_for_clipperton_island
🇨🇷 costa_rica flag_for_costa_rica
🇨🇺 cuba flag_for_cuba
🇨🇻 cape_verde flag_for_cape_verde
🇨🇼 curacao
🇨🇽 christmas_island flag_for_christmas_island
🇨🇾 cyprus flag_for_cyprus
🇨🇿 czechia flag_for_czech_republic czech_republic
🇩🇪 germany flag_for_germany de
🇩🇬 diego_garcia flag_for_diego_garcia
🇩🇯 djibouti flag_for_djibouti
🇩🇰 denmark flag_for_denmark
🇩🇲 dominica flag_for_dominica
🇩🇴 dominican_republic flag_for_dominican_republic
🇩🇿 algeria flag_for_algeria
🇪🇦 ceuta_melilla
🇪🇨 ecuador flag_for_ecuador
🇪🇪 estonia flag_for_estonia
🇪🇬 egypt flag_for_egypt
🇪🇭 western_sahara flag_for_western_sahara
🇪🇷 eritrea flag_for_eritrea
🇪🇸 spain flag_for_spain es
🇪🇹 ethiopia flag_for_ethiopia
🇪🇺 european_union flag_for_european_union eu
🇫🇮 finland flag_for_finland
🇫🇯 fiji flag_for_fiji
🇫🇰 falkland_islands flag_for_falkland_islands
🇫🇲 micronesia flag_for_micronesia
🇫🇴 faroe_islands flag_for_faroe_islands
🇫🇷 france flag_for_france fr
🇬🇦 gabon flag_for_gabon
🇬🇧 united_kingdom flag_for_united_kingdom gb uk
🇬🇩 grenada flag_for_grenada
🇬🇪 georgia flag_for_georgia
🇬🇫 french_guiana flag_for_french_guiana
🇬🇬 guernsey flag_for_guernsey
🇬🇭 ghana flag_for_ghana
🇬🇮 gibraltar flag_for_gibraltar
🇬🇱 greenland flag_for_greenland
🇬🇲 gambia flag_for_gambia
🇬🇳 guinea flag_for_guinea
🇬🇵 guadeloupe flag_for_guadeloupe
🇬🇶 equatorial_guinea flag_for_equatorial_guinea
🇬🇷 greece flag_for_greece
🇬🇸 south_georgia_south_sandwich_islands
🇬🇹 guatemala flag_for_guatemala
🇬🇺 guam flag_for_guam
🇬🇼 guinea-bissau flag_for_guinea_bissau guinea_bissau
🇬🇾 guyana flag_for_guyana
🇭🇰 hong_kong_sar_china flag_for_hong_kong hong_kong
🇭🇲 heard_mcdonald_islands
🇭🇳 honduras flag_for_honduras
🇭🇷 croatia flag_for_croatia
🇭🇹 haiti flag_for_haiti
🇭🇺 hungary flag_for_hungary
🇮🇨 canary_islands flag_for_canary_islands
🇮🇩 indonesia flag_for_indonesia
🇮🇪 ireland flag_for_ireland
🇮🇱 israel flag_for_israel
🇮🇲 isle_of_man flag_for_isle_of_man
🇮🇳 india flag_for_india
🇮🇴 british_indian_ocean_territory flag_for_british_indian_ocean_territory
🇮🇶 iraq flag_for_iraq
🇮🇷 iran flag_for_iran
🇮🇸 iceland flag_for_iceland
🇮🇹 italy flag_for_italy it
🇯🇪 jersey flag_for_jersey
🇯🇲 jamaica flag_for_jamaica
🇯🇴 jordan flag_for_jordan
🇯🇵 japan flag_for_japan jp
🇰🇪 kenya flag_for_kenya
🇰🇬 kyrgyzstan flag_for_kyrgyzstan
🇰🇭 cambodia flag_for_cambodia
🇰🇮 kiribati flag_for_kiribati
🇰🇲 comoros flag_for_comoros
🇰🇳 st_kitts_nevis
🇰🇵 north_korea flag_for_north_korea
🇰🇷 south_korea flag_for_south_korea kr
🇰🇼 kuwait flag_for_kuwait
🇰🇾 cayman_islands flag_for_cayman_islands
🇰🇿 kazakhstan flag_for_kazakhstan
🇱🇦 laos flag_for_laos
🇱🇧 lebanon flag_for_lebanon
🇱🇨 st_lucia
🇱🇮 liechtenstein flag_for_liechtenstein
🇱🇰 sri_lanka flag_for_sri_lanka
🇱🇷 liberia flag_for_liberia
🇱🇸 lesotho flag_for_lesotho
🇱🇹 lithuania flag_for_lithuania
🇱🇺 luxembourg flag_for_luxembourg
🇱🇻 latvia flag_for_latvia
🇱🇾 libya flag_for_libya
🇲🇦 morocco flag_for_morocco
🇲🇨 monaco flag_for_monaco
🇲🇩 moldova flag_for_moldova
🇲🇪 montenegro flag_for_montenegro
🇲🇫 st_martin
🇲🇬 madagascar flag_for_madagascar
🇲🇭 marshall_islands flag_for_marshall_islands
🇲🇰 north_macedonia flag_for_macedonia macedonia
🇲🇱 mali flag_for_mali
🇲🇲 flag_for_myanmar myanmar
🇲🇳 mongolia flag_for_mongolia
🇲🇴 macao_sar_china flag_for_macau macau
🇲🇵 northern_mariana_islands flag_for_northern_mariana_islands
🇲🇶 martinique flag_for_martinique
🇲🇷 mauritania flag_for_mauritania
🇲🇸 montserrat flag_for_montserrat
🇲🇹 malta flag_for_malta
🇲🇺 mauritius flag_for_mauritius
🇲🇻 maldives flag_for_maldives
🇲🇼 malawi flag_for_malawi
🇲🇽 mexico flag_for_mexico
🇲🇾 malaysia flag_for_malaysia
🇲🇿 mozambique flag_for_mozambique
🇳🇦 namibia flag_for_namibia
🇳🇨 new_caledonia flag_for_new_caledonia
🇳🇪 niger flag_for_niger
🇳🇫 norfolk_island flag_for_norfolk_island
🇳🇬 nigeria flag_for_nigeria
🇳🇮 nicaragua flag_for_nicaragua
🇳🇱 netherlands flag_for_netherlands
🇳🇴 norway flag_for_norway
🇳🇵 nepal flag_for_nepal
🇳🇷 nauru flag_for_nauru
🇳🇺 niue flag_for_niue
🇳🇿 new_zealand flag_for_new_zealand
🇴🇲 oman flag_for_oman
🇵🇦 panama flag_for_panama
🇵🇪 peru flag_for_peru
🇵🇫 french_polynesia flag_for_french_polynesia
🇵🇬 papua_new_guinea flag_for_papua_new_guinea
🇵🇭 philippines flag_for_philippines
🇵🇰 pakistan flag_for_pakistan
🇵🇱 poland flag_for_poland
🇵🇲 st_pierre_miquelon
🇵🇳 pitcairn_islands flag_for_pitcairn_islands
🇵🇷 puerto_rico flag_for_puerto_rico
🇵🇸 palestinian_territories flag_for_palestinian_territories
🇵🇹 portugal flag_for_portugal
🇵🇼 palau flag_for_palau
🇵🇾 paraguay flag_for_paraguay
🇶🇦 qatar flag_for_qatar
🇷🇪 reunion
🇷🇴 romania flag_for_romania
🇷🇸 serbia flag_for_serbia
🇷🇺 russia flag_for_russia ru
🇷🇼 rwanda flag_for_rwanda
🇸🇦 saudi_arabia flag_for_saudi_arabia
🇸🇧 solomon_islands flag_for_solomon_islands
🇸🇨 seychelles flag_for_seychelles
🇸🇩 sudan flag_for_sudan
🇸🇪 sweden flag_for_sweden
🇸🇬 singapore flag_for_singapore
🇸🇭 st_helena
🇸🇮 slovenia flag_for_slovenia
🇸🇯 svalbard_jan_mayen
🇸🇰 slovakia flag_for_slovakia
🇸🇱 sierra_leone flag_for_sierra_leone
🇸🇲 san_marino flag_for_san_marino
🇸🇳 senegal flag_for_senegal
🇸🇴 somalia flag_for_somalia
🇸🇷 suriname flag_for_suriname
🇸🇸 south_sudan flag_for_south_sudan
🇸🇹 sao_tome_principe
🇸🇻 el_salvador flag_for_el_salvador
🇸🇽 sint_maarten flag_for_sint_maarten
🇸🇾 syria flag_for_syria
🇸🇿 eswatini flag_for_swaziland swaziland
🇹🇦 tristan_da_cunha flag_for_tristan_da_cunha
🇹🇨 turks_caicos_islands
🇹🇩 chad flag_for_chad
🇹🇫 french_southern_and_antarctic_lands flag_for_french_southern_territories french_southern_territories
🇹🇬 togo flag_for_togo
🇹🇭 thailand flag_for_thailand
🇹🇯 tajikistan flag_for_tajikistan
🇹🇰 tokelau flag_for_tokelau
🇹🇱 timor-leste flag_for_timor_leste timor_leste
🇹🇲 turkmenistan flag_for_turkmenistan
🇹🇳 tunisia flag_for_tunisia
🇹🇴 tonga flag_for_tonga
🇹🇷 flag_for_turkey turkey tr
🇹🇹 trinidad_tobago
🇹🇻 tuvalu flag_for_tuvalu
🇹🇼 taiwan flag_for_taiwan
🇹🇿 tanzania flag_for_tanzania
🇺🇦 ukraine flag_for_ukraine
🇺🇬 uganda flag_for_uganda
🇺🇲 us_outlying_islands
🇺🇳 united_nations
🇺🇸 united_states flag_for_united_states us
🇺🇾 uruguay flag_for_uruguay
🇺🇿 uzbekistan flag_for_uzbekistan
🇻🇦 vatican_city flag_for_vatican_city
🇻🇨 st_vincent_grenadines
🇻🇪 venezuela flag_for_venezuela
🇻🇬 british_virgin_islands flag_for_british_virgin_islands
🇻🇮 us_virgin_islands
🇻🇳 vietnam flag_for_vietnam
🇻🇺 vanuatu flag_for_vanuatu
🇼🇫 wallis_futuna
🇼🇸 samoa flag_for_samoa
🇽🇰 kosovo flag_for_kosovo
🇾🇪 yemen flag_for_yemen
🇾🇹 mayotte flag_for_mayotte
🇿🇦 south_africa flag_for_south_africa
🇿🇲 zambia flag_for_zambia
🇿🇼 zimbabwe flag_for_zimbabwe
🏴󠁧󠁢󠁥󠁮󠁧󠁿 england
🏴󠁧󠁢󠁳󠁣󠁴󠁿 scotland
🏴󠁧󠁢󠁷󠁬󠁳󠁿 wales`;
