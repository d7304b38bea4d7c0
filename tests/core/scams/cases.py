"""What staff write and what scams say, in French and Bambara."""

HONEST = """
Personne ne doit vous demander de l'argent ou un code.
Personne ne doit vous demander de l argent ou un code
Ne donnez votre code secret à personne.
Ne donnez jamais votre code PIN, même à un agent.
N'envoyez pas d'argent pour recevoir votre paiement.
Vous ne payez rien. C'est gratuit.
Si on vous demande de l'argent, appelez-nous au +223 20 22 16 15.
Si quelqu'un vous demande votre code, ne le donnez pas.
Quelqu'un vous a demandé de l'argent : l'agent a été sanctionné.
L'agent qui vous a demandé 5 000 F CFA a été remplacé.
Nous ne demandons jamais de code ni de mot de passe.
On ne vous demandera ni argent ni code.
Méfiez-vous de ceux qui demandent votre code.
Code oublié : allez à l'agence avec votre carte, elle vous donnera un nouveau code.
Vous avez oublié votre code ? Allez à la mairie avec votre carte.
Un nouveau code vous sera donné à l'agence.
L'agence va vous envoyer un nouveau code.
Votre demande de nouveau code est reçue.
Composez le code *384*1234# pour suivre votre plainte.
Tapez le code *384*1234# puis 2.
Venez le 26/11/2026 à 8 h 30 à la mairie de Safo avec votre carte.
Votre paiement de 30 000 F CFA est prévu du 12/12 au 15/12.
Vous recevrez 90 000 F CFA le 2026-12-01.
30.000 F CFA seront versés par l'agence mardi.
L'agence doit vous payer 45 000 F CFA.
L'agence va payer les 262 ménages de Safo mardi.
Nous allons vous verser l'argent lundi.
Allez retirer votre argent à Safo. Apportez votre carte.
Apportez votre carte et prenez votre argent.
Donnez votre carte à l'agent pour prendre l'argent.
Votre argent : 60 000 F CFA. Dernier jour : 30 novembre.
Argent non retiré. Il sera ajouté au prochain paiement. Apportez votre carte.
Ménage 12345671 : le nom est corrigé.
Le numéro du ménage est 12345671.
Plainte 4703125 : la réponse est donnée.
Appelez le 20 22 16 15, de 8 h à 16 h.
Appelez le 20221615 ou le 20.22.16.17.
Appelez +223 20 22 16 15 / +223 20 22 16 17.
Le comité vous dira le jour. Demandez au comité du village.
Envoyez quelqu'un prendre l'argent si vous êtes malade.
Écrivez votre nom comme sur la carte.
Dites au comité que votre nom a changé.
Vous dites que votre code ne marche pas : l'agence le changera.
Montrez votre carte à l'agent.
Donnez le numéro de votre plainte au comité.
Répondez avant vendredi au comité.
La distribution est gratuite : vous n'avez pas besoin d'argent.
Les frais de transport ne sont pas payés par le programme.
Sans frais pour vous.
Aucun code n'est nécessaire.
Paiement le 3, 4 et 5 décembre de 8h à 14h30.
Vous étiez 306 ménages, 262 sont payés, 44 attendent.
Le montant est 1 500 000 F CFA pour le groupe.
Après vérification : d'autres ménages sont plus pauvres.
Appelez {contact} ou composez {ligne}. {prudence}
Mɔgɔ si man kan ka wari walima kɔdi ɲini aw fɛ.
Mògò si man kan ka wari walima kòdi nyini aw fè.
Aw kana aw ka gundo nimɔrɔ fɔ mɔgɔ si ye.
Aw tɛ foyi sara.
Aw te foyi sara
Wari bɛna di ntɛnɛndon, nowanburukalo tile 23. Aw ye aw ka sɛbɛn ta ka na.
30 000 F CFA bɛna di aw ma Safo.
An bɛna aw ka wari di aw ma.
Wari ma ta. A bɛna fara nata kan.
Wari dira aw ma.
Kɔdi kura bɛna di aw ma.
N ɲinɛna kɔdi kɔ.
Mɔgɔ dɔ ye wari ɲini aw fɛ: a bilala baara la.
Aw ye *384*1234# wele.
Aw ye dugu komite ɲininka. Aw tɛ foyi sara.
Wari sɔrɔ don bɛna fɔ aw ye.
Votre carte de crédit n'est pas nécessaire.
Le chef du village a donné votre nom.
L'agence Kafo Jiginew paie à Safo jeudi 3 décembre.
Le paiement du T4 2026 commence le 1er décembre.
La réunion est à 9h au jardin, entre 9 h et 11 h.
Nous avons changé votre numéro.
Nous avons vérifié : vous avez reçu 30 000 F CFA le 3/11/2026.
Vous avez reçu 20 000 F CFA au lieu de 30 000. Les 10 000 F CFA qui manquent viendront avec le prochain paiement.
La somme manquante de 15000 F CFA vous sera payée le 12 décembre.
L'argent a été remis à votre fils. Il a signé.
L'agent n'avait pas le droit de prendre de l'argent. Vous serez remboursé de 1 000 F CFA.
L'agent vous remboursera 500 F CFA.
Il ne faut rien payer pour avoir la carte.
Vous n'avez rien à payer.
Pour changer de code, allez à l'agence Orange Money avec votre carte d'identité.
Votre carte SIM est fermée. Demandez-en une à l'agence, puis dites le nouveau numéro à la mairie.
Donnez votre nouveau numéro de téléphone à la mairie.
Rappelez la ligne {ligne} et donnez le numéro de plainte.
Venez chercher votre argent à la mairie avant le 15.
Votre ménage n'est pas choisi cette année.
Quel est le nom de votre village ?
À quelle agence avez-vous reçu l'argent ?
Quel jour avez-vous reçu l'argent ? Combien ?
Combien d'argent avez-vous reçu ?
Avez-vous reçu 30 000 F CFA ?
Dites-nous quel jour vous avez reçu l'argent.
Dites-nous combien d'argent vous avez reçu.
Quelqu'un vous a-t-il demandé de l'argent ?
Qui vous a demandé de l'argent ?
Envoyez la photo de la carte.
Apportez votre carte NINA.
L'agent a pris 500 F CFA : c'est interdit, il a été sanctionné.
Ne payez rien à personne.
Ne payez pas 500 F à l'agent.
Vous pouvez payer vos semences où vous voulez.
Un agent vous appellera demain.
Le 30 000 F CFA de la dernière fois est ajouté.
Le montant de votre paiement est corrigé : 45 000 F CFA.
Présentez votre carte et le paiement sera fait.
Gardez votre code secret.
Changez votre code à l'agence.
Votre code a été bloqué : l'agence le débloque.
Prenez patience, l'argent arrive.
Distribution de vivres : apportez un sac.
Repas offert. Séance de nutrition à 10 h.
Le programme ne vous demande jamais de payer.
Aw ye taa meri la. Aw ye aw ka sɛbɛn ta ka na.
Wari dibaga ma na.
Aw ka wari bɛna di Safo, 30 000 F CFA.
Aw ye aw ka wari ta Safo.
Aw ye na ka aw ka wari ta.
Aw ye wari di yɔrɔ ɲininka.
Aw ka tɔgɔ fɔ komite ye.
""".strip().splitlines()

SCAMS = {
    "secret": """
Pour valider votre inscription, transmettez-nous le code à 4 chiffres reçu par SMS
Veuillez nous faire parvenir votre code confidentiel
Le code que vous avez reçu, lisez-le à l'agent
Vous êtes priés de donner le code
Votre PIN svp
PIN?
Donnez nous votre pin, personne ne le saura
Ne dites rien à personne et envoyez votre code
Sans code pas de paiement, donc envoyez-le
Partagez avec nous votre mot-de-passe
Votre mot de passe est nécessaire.
Laissez votre code à l'agent
Notez votre code et apportez-le
Apportez votre code secret
Venez avec votre code secret
Aw ye kɔdi fɔ agent ye
Kɔdi ci
Gundo nimɔrɔ ci an ma
I ka kodi ci n ma
Envoyer code
Envoyez-moi ton code Orange Money
envoyé votre code
envoye ton code
doné votre code
repond avec ton code
Votre code SVP
Envoyez votre code PIN pour recevoir le paiement.
Envoyez votre code secret par SMS
Donnez-nous votre mot de passe.
Dites votre code à l'agent qui vous appelle.
Communiquez le code reçu par SMS.
communiquez le code recu par sms
Veuillez confirmer votre code.
Merci de nous transmettre l'OTP.
Votre code secret, envoyez-le vite.
Quel est votre code PIN ?
C'est quoi votre mot de passe ?
Votre code ?
Répondez avec votre P.I.N.
Envoyez le c o d e secret.
Envoyez le c.o.d.e
Donnez le c0de.
Donnez votre P1N
Donne ton code vite
envoie le code
Nous demandons votre code secret.
Nous avons besoin de votre code.
L'agent vous demandera votre code.
N'oubliez pas de donner votre code à l'agent.
Ne partez pas sans donner votre code.
Ne donnez votre code qu'à notre agent.
Ne dites votre code à personne sauf à notre agent.
Ne perdez pas votre place, envoyez votre code.
Si on vous demande votre code, donnez-le.
Pour débloquer l'argent : code PIN svp
Code secret obligatoire.
Il faut nous envoyer votre numéro de compte.
Tapez votre code secret et validez.
Envoyez votre со\u200bde.
ENVOYEZ VOTRE CODE SECRET
Envoyez votre kod
Envoyez le mot 2 passe
Aw ye aw ka gundo nimɔrɔ ci an ma.
Aw ye aw ka gundo nimoro ci an ma
Kɔdi fɔ an ye.
Aw ka kòdi sèbèn ka ci an ma.
I ka code PIN di an ma.
An bɛ kɔdi ɲini aw fɛ.
An be kodi nyini aw fe
""",
    "money": """
Vous êtes choisi! Payez 1000F de frais d'inscription
Merci d'envoyer 500f de crédit
Merci de verser 2000 francs à l'agent
Faites un dépôt de 5000 F CFA
Faites un transfert de 1000 F au comité
Il vous faut payer 1000 F CFA
Vous êtes prié de payer 1000 F
Rendez l'argent à la mairie
Donnez 500 à l'agent
Venez avec 500 F CFA
Munissez-vous de 500 F CFA
Mettez 500 F dans l'enveloppe
Achetez une carte de recharge et envoyez le numéro
Prêtez-nous 500 F
Aidez le programme avec 500 F CFA
Un don de 500 F CFA est demandé
500 F CFA à payer à l'agent
Paiement de 500 F CFA obligatoire avant la distribution
Aw ye 1000 F CFA sara sani wari ka di
Aw ye wari dɔ di agent ma
Wari dɔ ci sisan
Payez 500 F CFA pour recevoir le paiement.
Envoyez 5 000 F CFA à l'agent.
Envoyez 5000F au comité.
Versez les frais de dossier.
Vous devez payer 2 000 F CFA.
Il faut payer les frais avant vendredi.
Frais de dossier : 2 000 F CFA.
Des frais de 500 F CFA sont à payer.
Donnez de l'argent au chef du village.
Donnez un peu d'argent a l'agent
Remboursez le trop perçu.
Apportez votre carte et 500 F CFA.
Veuillez verser une caution.
Nous demandons 1 000 F CFA par ménage.
L'agent vous demandera de l'argent.
Chaque ménage doit verser 1 000 F CFA.
Envoyez une carte de recharge.
Transférez la somme par Orange Money.
Recevez 30 000 F CFA moyennant 2 000 F CFA.
P a y e z 500 F
Payez d'abord.
Cotisez vite
Aw ye wari ci an ma.
Wari di an ma.
Aw ye 500 F CFA di.
Aw ka kan ka wari sara.
An bɛ wari ɲini aw fɛ.
An be wari nyini aw fe
""",
    "phone": """
Félicitations, vous avez gagné 500 000 F CFA. Contactez le 70 11 22 33.
Appelez le 76 12 34 56.
Appelez le 76123456
Appelez 76.12.34.56
Contactez 7 6 1 2 3 4 5 6
Appelez le 76-12-34-56 vite
WhatsApp +223 66 77 88 99
Écrivez au 0022376123456
Appelez le 36123.
Envoyez OUI par SMS au 36000
Appelez le 76 O1 23 45
Appelez le +33 6 12 34 56 78
Aw ye 76 12 34 56 wele.
""",
    "account": """
Compte 9876543210123.
Compte 1234 5678 9012 3456
Virement : 012 345 678 9012
""",
    "dialled": """
tapez #144#
Composez #144#391*76123456*5000#
Tapez *144# puis 1
Composez *222*1#
""",
    "link": """
Inscrivez-vous sur www.jigi.com
Voir w w w . jigi . com
Voir w.w.w.jigi
Allez sur jigi point com
Allez sur jigi . com
Cliquez bit.ly/abc
Écrivez à contact@jigi.org
Voir h t t p jigi
""",
}
